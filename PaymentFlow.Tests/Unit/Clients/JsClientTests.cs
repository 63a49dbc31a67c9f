using System.Diagnostics;
using System.IO.Compression;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Clients;

/// <summary>clients/js by itself. Its behavior in time is tested in <c>clients/js/test</c>, with the platform's clock replaced.</summary>
public sealed class JsClientTests
{
    const int MaxBytes = 4 * 1024;

    static readonly string Folder = Path.Combine(Repository.Folder, "clients", "js");

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_modules_own_tests_pass()
    {
        using var node = Process.Start(new ProcessStartInfo("node", ["--test", Path.Combine("test", "live.test.mjs")])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            Environment = { ["NODE_NO_WARNINGS"] = "1" },
        })!;
        var report = await node.StandardOutput.ReadToEndAsync(Token);
        await node.WaitForExitAsync(Token);
        Assert.True(node.ExitCode == 0, report);
    }

    [Fact]
    public async Task The_module_has_at_most_4_KB_when_compressed_as_it_is()
    {
        using MemoryStream compressed = new();
        await using (GZipStream gzip = new(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
            await gzip.WriteAsync(await File.ReadAllBytesAsync(Path.Combine(Folder, "index.js"), Token), Token);
        Assert.InRange(compressed.Length, 1, MaxBytes);
    }

    [Fact]
    public async Task The_module_depends_on_nothing()
    {
        var package = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "package.json"), Token))!;
        Assert.DoesNotContain(package.AsObject(), member => member.Key.EndsWith("dependencies", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("import ", await File.ReadAllTextAsync(Path.Combine(Folder, "index.js"), Token), StringComparison.Ordinal);
    }
}
