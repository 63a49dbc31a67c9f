using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using PaymentFlow.Testing.Hosting;
using PaymentFlow.Tests.Fixtures;
using PaymentFlow.Tests.Integration.Orders;

namespace PaymentFlow.Tests.Integration.AppHost;

/// <summary>The app host from outside: how it starts, refuses to start, and ends.</summary>
public sealed class HostProcessTests : IDisposable
{
    static readonly HttpClient Http = new();

    readonly string _folder = TestHost.NewDataFolder();

    [Fact]
    public async Task The_host_leaves_no_process_when_it_is_killed_keeps_its_data_and_starts_with_empty_data_on_request()
    {
        CreatedOrder order;
        using (HostProcess host = new("--free-ports", "--data-folder", _folder))
        {
            await host.IsUpAsync();
            PrintsItsStartScreen(host);
            order = await OrderAsync(host);

            using (HostProcess second = new("--free-ports", "--data-folder", _folder))
            {
                Assert.Equal(1, await second.ExitCodeAsync());
                Assert.Contains("already running", second.Output, StringComparison.Ordinal);
            }

            var processes = ProcessTree.OfHost(host.ProcessId);
            Assert.True(processes.Count > 8, $"Only {processes.Count} processes were found.");
            Assert.All(processes.Where(process => process != host.ProcessId), process =>
                Assert.DoesNotContain(HostProcess.Secret, ProcessTree.TextOf(process, "environ"), StringComparison.Ordinal));
            var postgres = processes.Single(process =>
                ProcessTree.TextOf(process, "cmdline").Contains("postgres\0-D", StringComparison.Ordinal)
                && !ProcessTree.TextOf(process, "cmdline").Contains("monitor", StringComparison.Ordinal));
            ProcessSignal.Kill.Send(postgres);
            await Eventually.TrueAsync(async () => await StatusOfAsync(host, order) == HttpStatusCode.OK);

            processes = ProcessTree.OfHost(host.ProcessId);
            Assert.DoesNotContain(postgres, processes);
            ProcessSignal.Kill.Send(host.ProcessId);
            await Eventually.TrueAsync(() => !processes.Any(ProcessTree.IsRunning));
        }

        using (HostProcess again = new("--free-ports", "--data-folder", _folder))
        {
            await again.IsUpAsync();
            Assert.Equal(HttpStatusCode.OK, await StatusOfAsync(again, order));
            await StopAsync(again);
        }
        // Postgres removes this file at the end of an orderly shutdown, after which it needs no recovery.
        Assert.False(File.Exists(Path.Combine(_folder, "postgres", "postmaster.pid")));

        using HostProcess fresh = new("--free-ports", "--data-folder", _folder, "--fresh");
        await fresh.IsUpAsync();
        Assert.Equal(HttpStatusCode.NotFound, await StatusOfAsync(fresh, order));
        await StopAsync(fresh);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_a_remedy_and_the_refused_start_deletes_nothing()
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(Path.Combine(_folder, "paymentflow.lock"), "", TestContext.Current.CancellationToken);
        var orders = Path.Combine(_folder, "orders");
        await File.WriteAllTextAsync(orders, "", TestContext.Current.CancellationToken);
        using TcpListener listener = new(IPAddress.Loopback, 5203);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
            // Another program already has the port, which has the same effect.
        }

        using HostProcess host = new("--fresh", "--data-folder", _folder);

        Assert.Equal(1, await host.ExitCodeAsync());
        Assert.True(File.Exists(orders));
        Assert.Matches("Port 520[0-4], which [a-z -]+ needs, is taken by another program", host.Output);
        Assert.Contains("--free-ports", host.Output, StringComparison.Ordinal);
    }

    static void PrintsItsStartScreen(HostProcess host)
    {
        foreach (var title in (string[])
            ["Shop", "Operator console", "PaymentApi", "OrderService", "Stripe sandbox", "Dashboard", "Operator key", "Merchant key"])
        {
            Assert.NotEmpty(host.Said(title));
        }
        Assert.DoesNotContain("warn:", host.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("certificate", host.Output, StringComparison.OrdinalIgnoreCase);
    }

    static async Task<CreatedOrder> OrderAsync(HostProcess host)
    {
        using var response = await Http.PostAsJsonAsync(new Uri(new Uri(host.Said("OrderService")), "/orders"),
            new { items = new[] { new { productId = "mug", quantity = 1 } } }, TestContext.Current.CancellationToken);
        return (await response.Content.ReadFromJsonAsync<CreatedOrder>(TestContext.Current.CancellationToken))!;
    }

    static async Task<HttpStatusCode> StatusOfAsync(HostProcess host, CreatedOrder order)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(new Uri(host.Said("OrderService")), $"/orders/{order.Id}"));
        request.Headers.Authorization = new("Bearer", order.ClientSecret);
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    static async Task StopAsync(HostProcess host)
    {
        var processes = ProcessTree.OfHost(host.ProcessId);
        ProcessSignal.Terminate.Send(host.ProcessId);
        await Eventually.TrueAsync(() => !processes.Any(ProcessTree.IsRunning));
        await host.ExitCodeAsync();
    }

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }
}
