using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using PaymentFlow.AppHost.Embedded;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Integration.Embedded;

/// <summary>The AppHost from outside: how it starts, refuses to start, and ends.</summary>
public sealed class HostProcessTests : IDisposable
{
    readonly string _folder = TestHost.NewDataFolder();

    [Fact]
    public async Task It_says_what_is_up_and_a_host_that_is_killed_leaves_no_child()
    {
        using var host = new HostProcess("--free-ports", "--data-folder", _folder);
        await host.IsUpAsync();
        foreach (var resource in (string[])["kafka", "postgres", "order-service", "payment-api", "web", "stripe-sandbox"])
            Assert.Contains(resource, host.Output, StringComparison.Ordinal);
        Assert.Contains("X-Operator-Key", host.Output, StringComparison.Ordinal);
        Assert.Contains("UseAspire=false", host.Output, StringComparison.Ordinal);

        using (var second = new HostProcess("--free-ports", "--data-folder", _folder))
        {
            Assert.Equal(1, await second.ExitCodeAsync());
            Assert.Contains("already running", second.Output, StringComparison.Ordinal);
        }

        var children = host.Descendants();
        Assert.True(children.Count > 5, $"Only {children.Count} processes below the host.");
        if (OperatingSystem.IsLinux())
            Assert.All(children, child => Assert.DoesNotContain(HostProcess.Secret, EnvironmentOf(child), StringComparison.Ordinal));
        host.Process.Kill();

        await Eventually.TrueAsync(() => !children.Any(IsRunning));
    }

    [Fact]
    public async Task SIGTERM_stops_everything_in_order()
    {
        using var host = new HostProcess("--free-ports", "--data-folder", _folder);
        await host.IsUpAsync();
        var children = host.Descendants();

        using (var kill = Process.Start("kill", ["-TERM", $"{host.Process.Id}"])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, await host.ExitCodeAsync());
        Assert.DoesNotContain(children, IsRunning);
        Assert.Contains("database system is shut down", host.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publishing_is_answered_with_the_remedy()
    {
        foreach (var argument in (string[])["--publisher", "--operation"])
        {
            using var host = new HostProcess(argument, "manifest", "--data-folder", _folder);
            Assert.Equal(1, await host.ExitCodeAsync());
            Assert.Contains("UseAspire=true", host.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_the_remedy_and_the_refused_start_deletes_nothing()
    {
        using (new DataFolder(new EmbeddedOptions { DataFolder = _folder })) { }
        var orders = Path.Combine(_folder, "orders");
        await File.WriteAllTextAsync(orders, "", TestContext.Current.CancellationToken);
        // Unless somebody has it already, which serves as well.
        using var listener = new TcpListener(IPAddress.Loopback, 5203);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
        }

        using var host = new HostProcess("--fresh", "--data-folder", _folder);

        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.True(File.Exists(orders));
        Assert.Matches("Port 520[0-4], which [a-z -]+ needs, is taken by another program: stop it", host.Output);
        Assert.Contains("launchSettings.json", host.Output, StringComparison.Ordinal);
    }

    static string EnvironmentOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ");
        }
        catch (IOException)
        {
            return "";
        }
    }

    static bool IsRunning(int process)
    {
        try
        {
            using var found = Process.GetProcessById(process);
            return !found.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
