namespace PaymentFlow.Testing.Fuzzing;

/// <summary>Values that programs often fail on.</summary>
static class Nasty
{
    /// <summary>JSON values as text. Some are no JSON.</summary>
    public static readonly string[] Json =
    [
        "null", "true", "false", "0", "-0", "-1", "1", "1.5", "0.1e1", "1e400", "-1e400", "2147483648", "9007199254740993",
        "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551616",
        "123456789012345678901234567890", "NaN", "Infinity", "-Infinity", "0x10", "01", "+1", "1.", ".5", "1e", "undefined",
        "\"\"", "\" \"", "\"1\"", "\"true\"", "\"null\"", "\"NaN\"", @"""\u0000""", @"""a\u0000b""", @"""\ud800""", @"""a\udc00""",
        @"""\ud83d\ude00""", @"""\ud800\ud800""", @"""\u202e1""", @"""\u200b""", @"""\ufeff""", @"""\u0080""", @"""\u0085\u2028\u2029""",
        @"""\r\nX-Header: 1""", @"""\t""", "\"\u202e\u2066\"", "\"e\u0301\u0301\u0301\u0301\"", @"""\u0130\u0131\ufb03""",
        "\"кружка\"", "\"٣\"",
        "\"'; DROP TABLE orders; --\"", "\"%s%n%00\"", "\"{0}\"", "\"${1+1}\"", "\"<script>\"", "\"../../etc/passwd\"", "\"\\\\\"",
        "\"00000000-0000-0000-0000-000000000000\"", "\"ffffffff-ffff-ffff-ffff-ffffffffffff\"",
        "\"{00000000-0000-0000-0000-000000000000}\"",
        "\"2026-02-30T25:61:61Z\"", "\"0001-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"+275760-09-13T00:00:00Z\"",
        "\"-infinity\"", "[]", "{}", "[null]", "[[]]", "[{}]", "{\"\":null}", "{\"__proto__\":{}}", "{\"$ref\":\"#\"}", "'x'", "\"\\x\"",
        "\"\\u12\"", "\"", "[", "{", "]", "}", ",", "", "/**/1", "1 1", "\u0001", $"\"{new string('a', 300)}\"",
        $"\"{new string('я', 600)}\"", $"\"{new string('a', 5_000)}\"", $"\"{new string('a', 70_000)}\"", new string('9', 500),
        $"1{new string('0', 400)}.5",
        $"{new string('[', 60)}{new string(']', 60)}", $"{new string('[', 2_000)}{new string(']', 2_000)}",
        string.Concat(Enumerable.Repeat("{\"a\":", 70)) + "1" + new string('}', 70),
        $"[{string.Join(',', Enumerable.Repeat("null", 1_001))}]", $"[{string.Join(',', Enumerable.Repeat("1", 60))}]",
    ];

    /// <summary>For a segment of a path or a value of a query, percent-encoded. Some are no UTF-8.</summary>
    public static readonly string[] Url =
    [
        "", "x", "0", "-1", "1.5", "1e9", "99999999999", "9223372036854775808", "null", "undefined", "NaN", "true", "%20", "%00", "a%00b",
        "%0a", "%0d%0aX:1", "%09", "%2f", "..%2f..%2fx", "%2e%2e", ".", "%25", "%2500", "%zz", "%", "%c3%a9", "%ed%a0%80", "%ff",
        "%c0%80", "%f0%9f%98%80", "%e2%80%ae", "%e2%80%8b", "%ef%bb%bf", "%d9%a3", "'", "'%20OR%201=1--", "%22", "%3Cscript%3E",
        "{id}", "$", "*",
        "pi_x", "pi_%00", "a,b", "a;b", "a=b", "a+b", "00000000-0000-0000-0000-000000000000", "%7B00000000-0000-0000-0000-000000000000%7D",
        new string('a', 101), new string('1', 3_000), string.Concat(Enumerable.Repeat("%d0%af", 200)),
    ];

    /// <summary>For headers. HTTP forbids CR, LF and NUL in them, so the client cannot send those.</summary>
    public static readonly string[] Header =
    [
        "", " ", "x", "*", "*/*", ";", ",", ",,,", "=", "\"", "\"x", "x;q=", "x;q=2", "x;q=0.00001", "0", "-1", "99999999999999999999",
        "null", "\t", "\u0001", "\u007f", "é", "кружка", "😀", "\u202e1", "\u200b", "\ufffd", "a b", "a,b", "a;b=c", "%00", "{0}", "../..",
        "' OR 1=1--", "<script>", new string('a', 255), new string('a', 256), new string('a', 4_000), new string('a', 99) + "😀",
        new string('я', 300),
    ];

    public static readonly string[] ContentType =
    [
        "application/json; charset=\"utf-8\"", "application/json; charset=utf8", "application/json; charset=UTF-8",
        "application/json; charset=utf-16", "application/json; charset=utf-7", "application/json; charset=iso-8859-1",
        "application/json; charset=x-unknown", "application/json; charset=", "application/json; charset=\"", "application/json;;",
        "application/json; charset=utf-8; charset=utf-16", "APPLICATION/JSON", "application/json; boundary=x", "text/plain", "text/json",
        "application/problem+json", "application/vnd.shop.v1+json", "application/x-www-form-urlencoded", "multipart/form-data",
        "multipart/form-data; boundary=x", "application/octet-stream", "application", "application/", "/", "*/*", "", " ", "é",
        "application/json, text/plain",
    ];

    public static readonly string[] ContentEncoding = ["gzip", "br", "deflate", "identity", "x", "", "gzip, identity", "GZIP", "*"];

    public static readonly string[] Method = ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "POST", "GET", "BREW", "get"];

    public static readonly string[] Authorization =
    [
        "Bearer", "Bearer ", "Bearer  x", "Bearer a b", "bearer x", "BEARER x", "Bearer é", "Bearer \u0001", "Bearer ,", "Bearer =",
        "Basic YTpi",
        "Basic", "Digest username=\"x\"", "x", "", $"Bearer {new string('a', 512)}", $"Bearer {new string('a', 5_000)}", "Bearer null",
    ];

    public static readonly string[] Origin = ["null", "", "http://evil.example", "x", "http://", "http://пример.рф", "http://a, http://b"];
}
