using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PaymentFlow.ServiceDefaults;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

public sealed class ConnectionLimitsTests : IDisposable
{
    readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

    [Fact]
    public void Ten_thousand_customers_are_not_limited_by_the_defaults_and_an_attacker_beside_them_is()
    {
        ConnectionLimits limits = new(new ConnectionLimitOptions(), networkFactor: 16, "socket", Meters);
        // Each customer has one order. A hundred of them share the address of a company.
        for (var i = 0; i < 10_000; i++)
        {
            var client = i < 100 ? "192.0.2.1" : ClientAddress.Of(new IPAddress([10, 0, (byte)(i >> 8), (byte)i]));
            Assert.Null(limits.TryOpen(client, Guid.CreateVersion7(), out _));
            limits.TryOpen("203.0.113.7", Guid.CreateVersion7(), out _);
        }

        Assert.Equal(10_000 + new ConnectionLimitOptions().MaxPerAddress, limits.Open);
        Assert.Equal(ConnectionLimit.Address, limits.TryOpen("203.0.113.7", Guid.CreateVersion7(), out var refused));
        Assert.Null(refused);
    }

    [Fact]
    public void Each_limit_is_reached_by_itself_and_a_closed_connection_makes_room()
    {
        ConnectionLimits limits = new(
            new ConnectionLimitOptions { Max = 7, MaxPerAddress = 3, MaxPerOrder = 2 }, networkFactor: 2, "socket", Meters);
        var order = Guid.CreateVersion7();

        Assert.Null(limits.TryOpen("192.0.2.1", order, out var first));
        Assert.Null(limits.TryOpen("192.0.2.2", order, out _));
        Assert.Equal(ConnectionLimit.Order, limits.TryOpen("192.0.2.3", order, out _));
        first!.Dispose();
        // Disposing of it twice must not make room twice.
        first.Dispose();
        Assert.Null(limits.TryOpen("192.0.2.3", order, out var third));
        Assert.Equal(ConnectionLimit.Order, limits.TryOpen("192.0.2.3", order, out _));
        third!.Dispose();
        Assert.Equal(1, limits.Open);

        // An IPv6 client is a /64. All of a /48 together have twice as many.
        foreach (var address in (string[])["2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:1::3", "2001:db8:1:2::1", "2001:db8:1:3::1"])
            Assert.Null(Open(limits, address));
        Assert.Equal(ConnectionLimit.Address, Open(limits, "2001:db8:1:1::4"));
        Assert.Null(Open(limits, "2001:db8:1:4::1"));
        Assert.Equal(ConnectionLimit.Network, Open(limits, "2001:db8:1:5::1"));
        Assert.Equal(ConnectionLimit.Total, Open(limits, "2001:db8:2:1::1"));
        Assert.Equal(7, limits.Open);
    }

    [Fact]
    public async Task Connections_that_open_and_close_at_once_leave_nothing_behind_and_never_exceed_the_limit()
    {
        ConnectionLimits limits = new(new ConnectionLimitOptions { MaxPerAddress = 5 }, networkFactor: 1, "socket", Meters);
        var (open, most) = (0, 0);
        await Parallel.ForAsync(0, 20_000, TestContext.Current.CancellationToken, (_, _) =>
        {
            if (limits.TryOpen("2001db8000010001", Guid.Empty, out var connection) is not null) return ValueTask.CompletedTask;
            var now = Interlocked.Increment(ref open);
            for (var seen = Volatile.Read(ref most); now > seen; seen = Volatile.Read(ref most))
                Interlocked.CompareExchange(ref most, now, seen);
            Interlocked.Decrement(ref open);
            connection!.Dispose();
            return ValueTask.CompletedTask;
        });
        Assert.InRange(most, 1, 5);
        Assert.Equal(0, limits.Open);
    }

    [Fact]
    public void Refusals_are_counted_by_kind_and_limit()
    {
        ConcurrentQueue<string> refused = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "paymentflow.connections.refused" && instrument.Meter.Scope == Meters)
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => refused.Enqueue($"{tags[0].Value} {tags[1].Value}"));
        listener.Start();
        ConnectionLimits limits = new(new ConnectionLimitOptions { MaxPerAddress = 1 }, networkFactor: 1, "circuit", Meters);

        Open(limits, "192.0.2.1");
        Open(limits, "192.0.2.1");

        Assert.Equal(["circuit address"], refused);
    }

    static ConnectionLimit? Open(ConnectionLimits limits, string address) =>
        limits.TryOpen(ClientAddress.Of(IPAddress.Parse(address)), order: null, out _);

    public void Dispose() => _services.Dispose();
}
