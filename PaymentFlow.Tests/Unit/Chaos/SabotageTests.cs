using System.Diagnostics;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Unit.Chaos;

/// <summary>What shows that the chaos suite can fail must not fall behind the code that it takes apart.</summary>
public sealed class SabotageTests
{
    static readonly string Folder = Path.Combine(Repository.Folder, "PaymentFlow.Tests", "Chaos", "Sabotage");

    public static TheoryData<string> Diffs => [.. Directory.EnumerateFiles(Folder, "*.diff").Select(path => Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Diffs))]
    public async Task Every_safeguard_can_be_taken_out(string diff)
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
