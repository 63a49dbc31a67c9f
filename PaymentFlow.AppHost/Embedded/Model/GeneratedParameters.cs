using System.Security.Cryptography;
using System.Text.Json;

namespace PaymentFlow.AppHost.Embedded;

/// <summary>Secrets that nobody set: made up once and kept in the data folder, readable by its owner alone.</summary>
sealed class GeneratedParameters(EmbeddedOptions options)
{
    const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789";

    readonly Lock _lock = new();

    string File => Path.Combine(options.DataFolder, "parameters.json");

    public string GetOrCreate(string name, int length)
    {
        lock (_lock)
        {
            var all = System.IO.File.Exists(File)
                ? JsonSerializer.Deserialize<Dictionary<string, string>>(System.IO.File.ReadAllText(File))!
                : [];
            if (all.TryGetValue(name, out var known)) return known;

            all[name] = RandomNumberGenerator.GetString(Alphabet, length);
            DataFolder.WriteSecret(File, JsonSerializer.Serialize(all));
            return all[name];
        }
    }
}
