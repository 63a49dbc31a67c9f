using System.Globalization;
using System.Text;

namespace PaymentFlow.Testing.Fuzzing;

/// <summary>A request, exactly as it is sent.</summary>
/// <param name="Call">The call that it was made from.</param>
/// <param name="Target">Path and query, not normalized.</param>
public sealed record FuzzRequest(
    string Call, IReadOnlySet<int> DocumentedStatuses, Uri Service, string Method, string Target,
    IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body)
{
    static readonly UriCreationOptions AsItIs = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public HttpRequestMessage ToMessage()
    {
        HttpRequestMessage message = new(new HttpMethod(Method), new Uri($"{Service.GetLeftPart(UriPartial.Authority)}{Target}", AsItIs));
        if (Body is not null) message.Content = new ByteArrayContent(Body);
        foreach (var (name, value) in Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
        }
        return message;
    }

    /// <summary>The request as a line for bash. Keys and secrets are shell variables.</summary>
    /// <param name="secrets">The values that must not be shown, with the variables' names.</param>
    public string ToCurl(IReadOnlyDictionary<string, string> secrets)
    {
        StringBuilder line = new($"curl -i --path-as-is -X {Method} {Quote($"{Service.GetLeftPart(UriPartial.Authority)}{Target}")}");
        foreach (var (name, value) in Headers) line.Append(CultureInfo.InvariantCulture, $" -H {Quote(HeaderOf($"{name}: {value}"))}");
        // A shell's arguments cannot contain NUL.
        var piped = Body?.Contains((byte)0) == true;
        if (Body is not null) line.Append(CultureInfo.InvariantCulture, $" --data-binary {(piped ? "@-" : Quote(Body))}");
        foreach (var (secret, variable) in secrets) line.Replace(secret, $"'\"${variable}\"'");
        return piped ? $"printf {Escape(Body!).Replace("%", "%%", StringComparison.Ordinal)} | {line}" : line.ToString();

        // curl leaves a header without a value out, unless it ends with a semicolon.
        static string HeaderOf(string header) => header.EndsWith(": ", StringComparison.Ordinal) ? $"{header[..^2]};" : header;
    }

    static string Quote(string text) => Quote(Encoding.UTF8.GetBytes(text));

    static string Quote(byte[] bytes) => bytes.All(b => b is >= 32 and <= 126 and not (byte)'\'')
        ? $"'{Encoding.ASCII.GetString(bytes)}'"
        : $"${Escape(bytes)}";

    static string Escape(byte[] bytes)
    {
        StringBuilder text = new("'");
        foreach (var b in bytes)
        {
            if (b is >= 32 and <= 126 and not ((byte)'\'' or (byte)'\\')) text.Append((char)b);
            else text.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }
        return text.Append('\'').ToString();
    }
}
