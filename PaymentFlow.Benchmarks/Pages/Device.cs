using Microsoft.Playwright;

namespace PaymentFlow.Benchmarks.Pages;

/// <summary>The device that Chromium emulates.</summary>
/// <param name="CpuSlowdown">1 for none.</param>
/// <param name="Network">Null for no limit.</param>
sealed record Device(string Name, string Description, double CpuSlowdown, Network? Network)
{
    public static Device Desktop { get; } = new("unthrottled", "", 1, null);

    public static Device Phone { get; } = new("slow phone", "CPU 4 times slower, 1.6 Mbit/s down, 0.75 Mbit/s up, 150 ms per round trip", 4,
        new Network(RoundTripMs: 150, DownBytes: 1_600_000 / 8, UpBytes: 750_000 / 8));

    public async Task EmulateAsync(ICDPSession session)
    {
        await session.SendAsync("Emulation.setCPUThrottlingRate", new() { ["rate"] = CpuSlowdown });
        if (Network is null) return;
        await session.SendAsync("Network.emulateNetworkConditions", new()
        {
            ["offline"] = false,
            ["latency"] = Network.RoundTripMs,
            ["downloadThroughput"] = Network.DownBytes,
            ["uploadThroughput"] = Network.UpBytes,
        });
    }
}

/// <param name="DownBytes">Per second.</param>
/// <param name="UpBytes">Per second.</param>
sealed record Network(int RoundTripMs, int DownBytes, int UpBytes);
