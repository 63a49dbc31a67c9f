using System.Globalization;

namespace PaymentFlow.Tests.Chaos.Driver;

/// <summary>One thing is away for a while, under load, and comes back before the customers stop coming.</summary>
public static class Outage
{
    /// <summary>Customers come before, during and after it, for this long each.</summary>
    static readonly TimeSpan Before = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<string> Kinds { get; } = ["postgres", "stripe", "kafka"];

    /// <param name="of">One of <see cref="Kinds"/>.</param>
    public static ChaosOptions Of(string of, TimeSpan lasts, double rate) =>
        new(Seed: 1, Before + lasts + Before, rate)
        {
            Command = string.Create(CultureInfo.InvariantCulture,
                $"dotnet run -c Release --project PaymentFlow.Benchmarks -- outage {of} --seconds {lasts.TotalSeconds:0} --rate {rate:0.##}"),
            Script = new($"{of} away for {lasts.TotalSeconds:0} s", async (world, _) =>
            {
                // To its end, whatever becomes of the run: what is away must come back.
                await Task.Delay(Before, CancellationToken.None);
                await using var away = await BeginAsync(world, of);
                await Task.Delay(lasts, CancellationToken.None);
            }),
        };

    static async Task<IAsyncDisposable> BeginAsync(ChaosWorld world, string of)
    {
        if (of == "postgres") return await world.KeepDownAsync("postgres");
        var wire = of == "stripe" ? world.Stripe : world.Kafka.Wire;
        wire.Network = Network.Cut;
        return new Mended(wire);
    }

    sealed class Mended(TcpProxy wire) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            wire.Network = Network.Up;
            return ValueTask.CompletedTask;
        }
    }
}
