using System.Diagnostics;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Chaos;

/// <summary>The patches that prove that the chaos suite can fail must still apply to the current code.</summary>
public sealed class SabotageTests
{
    static readonly string Folder = Path.Combine(Repository.Folder, "PaymentFlow.Tests", "Chaos", "Sabotage");

    public static TheoryData<string> Diffs => [.. Directory.EnumerateFiles(Folder, "*.diff").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Diffs))]
    public async Task Every_sabotage_patch_applies(string diff)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["apply", "--check", Path.Combine(Folder, diff)])
        {
            WorkingDirectory = Repository.Folder,
            RedirectStandardError = true,
        })!;
        var mistakes = await git.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(git.ExitCode == 0, mistakes);
    }
}
