using System.Globalization;

namespace PaymentFlow.Tests.Chaos.Driver;

/// <summary>One thing after another is away for a while, under load, and comes back before the customers stop coming.</summary>
public static class Outage
{
    /// <summary>How long customers come for before each outage, and after the last.</summary>
    static readonly TimeSpan Before = TimeSpan.FromSeconds(5);

    public static IReadOnlyList<string> Kinds { get; } = ["postgres", "stripe", "kafka"];

    /// <param name="away">Some of <see cref="Kinds"/>, in the order of their outages.</param>
    public static ChaosOptions Of(IReadOnlyList<string> away, TimeSpan lasts, double rate) =>
        new(Seed: 1, (Before + lasts) * away.Count + Before, rate)
        {
            Command = string.Create(CultureInfo.InvariantCulture,
                $"dotnet run -c Release --project PaymentFlow.Benchmarks -- outage {string.Join(',', away)} --seconds {lasts.TotalSeconds:0} --rate {rate:0.##}"),
            Script = new($"{string.Join(", then ", away)} away for {lasts.TotalSeconds:0} s", async (world, _) =>
            {
                foreach (var kind in away)
                {
                    // To its end, whatever becomes of the run: what is away must come back.
                    await Task.Delay(Before, CancellationToken.None);
                    using var outage = Begin(world, kind);
                    await Task.Delay(lasts, CancellationToken.None);
                }
            }),
        };

    static IDisposable Begin(ChaosWorld world, string of)
    {
        if (of == "postgres") return world.KeepDown("postgres");
        var wire = of == "stripe" ? world.Stripe : world.Kafka.Wire;
        wire.Network = Network.Cut;
        return new Mended(wire);
    }

    sealed class Mended(TcpProxy wire) : IDisposable
    {
        public void Dispose() => wire.Network = Network.Up;
    }
}
