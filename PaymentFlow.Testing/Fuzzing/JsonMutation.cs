using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;

namespace PaymentFlow.Testing.Fuzzing;

/// <summary>Changes one thing in a JSON document, so that the rest still passes the checks which come before.</summary>
static class JsonMutation
{
    // Stands for text that JsonNode could not write.
    const string Mark = "@fuzz@";

    /// <summary>Replaces, removes, renames, adds or repeats a value.</summary>
    public static string OfValue(JsonNode? document, Random random)
    {
        var raw = Nasty.Json[random.Next(Nasty.Json.Length)];
        if (document is null) return raw;
        var nodes = Within(document).ToList();
        var node = nodes[random.Next(nodes.Count)];
        switch (random.Next(8))
        {
            case 0 when node.Parent is JsonObject parent:
                parent.Remove(node.GetPropertyName());
                return document.ToJsonString();
            case 1 when node.Parent is JsonObject parent:
                var name = node.GetPropertyName();
                parent[Mark] = true;
                return Replaced(document, $"\"{Mark}\":true", $"\"{name}\":{raw}");
            case 2 when node is JsonObject parent:
                parent[Mark] = true;
                return Replaced(document, $"\"{Mark}\":true", $"\"{(random.Next(2) == 0 ? "unexpected" : "\\u0000")}\":{raw}");
            case 3 when node is JsonArray { Count: > 0 } array:
                array.Add(array[0]?.DeepClone());
                return document.ToJsonString();
            case 4 when node is JsonArray array:
                array.Add(Mark);
                return Replaced(document, $"\"{Mark}\"", raw);
            default:
                if (node.Parent is null) return raw;
                node.ReplaceWith(Mark);
                return Replaced(document, $"\"{Mark}\"", raw);
        }
    }

    /// <summary>Damages the document as a whole: cut off, doubled, in another encoding, compressed, too long.</summary>
    public static byte[] OfBytes(byte[] document, Random random)
    {
        var text = Encoding.UTF8.GetString(document);
        switch (random.Next(12))
        {
            case 0: return [];
            case 1: return " \r\n\t"u8.ToArray();
            case 2: return [0xEF, 0xBB, 0xBF, .. document];
            case 3: return document[..random.Next(document.Length + 1)];
            case 4: return [.. document, .. document];
            case 5: return [.. document, .. "x"u8];
            case 6: return Encoding.Unicode.GetBytes(text);
            case 7: return Encoding.UTF8.GetBytes($"[{text}]");
            case 8: return Encoding.UTF8.GetBytes(text + new string(' ', 70_000));
            case 9: return Compressed(document);
            case 10: return "a=b&c=%00"u8.ToArray();
            default:
                var at = random.Next(document.Length + 1);
                byte[] wrong = random.Next(3) switch { 0 => [0xED, 0xA0, 0x80], 1 => [0xFF], _ => [0] };
                return [.. document[..at], .. wrong, .. document[at..]];
        }
    }

    static byte[] Compressed(byte[] document)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest)) gzip.Write(document);
        return compressed.ToArray();
    }

    static string Replaced(JsonNode document, string mark, string raw) =>
        document.ToJsonString().Replace(mark, raw, StringComparison.Ordinal);

    static IEnumerable<JsonNode> Within(JsonNode node) =>
    [
        node,
        .. node switch
        {
            JsonObject members => members.Where(member => member.Value is not null).SelectMany(member => Within(member.Value!)),
            JsonArray items => items.Where(item => item is not null).SelectMany(item => Within(item!)),
            _ => [],
        },
    ];
}
