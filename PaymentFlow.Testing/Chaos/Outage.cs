using System.Globalization;

namespace PaymentFlow.Testing.Chaos;

/// <summary>Takes parts of the system away under load, one after the other. Each is back before the customers stop arriving.</summary>
public static class Outage
{
    /// <summary>Customers arrive for this long before each outage and after the last one.</summary>
    static readonly TimeSpan Between = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<string> Kinds { get; } = ["postgres", "stripe", "kafka"];

    /// <param name="kinds">Some of <see cref="Kinds"/>, in their order.</param>
    /// <param name="lasts">The length of each outage.</param>
    /// <param name="rate">Customers per second.</param>
    public static ChaosOptions Of(IReadOnlyList<string> kinds, TimeSpan lasts, double rate) =>
        new(Seed: 1, Between + (lasts + Between) * kinds.Count, rate)
        {
            Command = string.Create(CultureInfo.InvariantCulture,
                $"dotnet run -c Release --project PaymentFlow.Benchmarks -- outage {string.Join(',', kinds)} "
                + $"--seconds {lasts.TotalSeconds:0} --rate {rate:0.##}"),
            Script = new($"{string.Join(", then ", kinds)} away for {lasts.TotalSeconds:0} s", async (world, _) =>
            {
                // The script always runs to its end, so that every part comes back.
                foreach (var kind in kinds)
                {
                    await Task.Delay(Between, CancellationToken.None);
                    await using var away = await BeginAsync(world, kind);
                    await Task.Delay(lasts, CancellationToken.None);
                }
            }),
        };

    static async Task<IAsyncDisposable> BeginAsync(ChaosWorld world, string kind)
    {
        if (kind == "postgres") return await world.KeepDownAsync("postgres");
        var wire = kind == "stripe" ? world.Stripe : world.Kafka.Wire;
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
