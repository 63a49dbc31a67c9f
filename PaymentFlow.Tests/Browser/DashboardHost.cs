using System.Text.RegularExpressions;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Embedded;

namespace PaymentFlow.Tests.Browser;

/// <summary>The whole thing as a developer starts it: one process, its dashboard, and what it prints.</summary>
public sealed class DashboardHost : IAsyncLifetime
{
    readonly string _folder = TestHost.NewDataFolder();
    HostProcess _host = null!;

    /// <summary>The dashboard with this run's token, as printed.</summary>
    public Uri SignInLink { get; private set; } = null!;

    public Uri Shop { get; private set; } = null!;

    public IReadOnlyList<int> Processes => _host.Descendants();

    public async ValueTask InitializeAsync()
    {
        _host = new HostProcess("--free-ports", "--data-folder", _folder);
        await _host.IsUpAsync();
        SignInLink = Printed("Dashboard");
        Shop = Printed("The shop");
    }

    Uri Printed(string what) => new(Regex.Match(_host.Output, $@"^{what}: +(\S+)", RegexOptions.Multiline).Groups[1].Value);

    public async ValueTask DisposeAsync()
    {
        _host.Process.Kill();
        await _host.ExitCodeAsync();
        _host.Dispose();
        // Its children die with it, and Postgres writes down what it must: only then is the folder nobody's.
        await Eventually.TrueAsync(() => !File.Exists(Path.Combine(_folder, "postgres", "postmaster.pid")));
        Directory.Delete(_folder, recursive: true);
    }
}
