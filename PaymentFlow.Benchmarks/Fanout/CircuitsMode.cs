using Microsoft.Playwright;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Fanout;

/// <summary>Measures Web's memory per open order page (Blazor circuit). The pages are real ones in Chromium.</summary>
static class CircuitsMode
{
    const int WarmUpPages = 50;
    static readonly TimeSpan Settle = TimeSpan.FromSeconds(5);

    public static Mode Mode { get; } = new("circuits", "Open order pages (Blazor circuits) in Chromium: Web's memory per page.",
        new Dictionary<string, string> { ["pages"] = "150" }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var (pages, repeats) = (options.Number("pages"), options.Number("repeats"));
        var chromium = Chromium.Find();
        await using var world = await BenchmarkWorld.StartAsync(WorldOptions.From(options));
        AppTarget app = new(world);
        await Load.WarmUpAsync(app, options.Seconds("warm-up"));
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(chromium);
        Measurements measurements = new();
        for (var repeat = 0; repeat <= repeats; repeat++)
        {
            Progress.Say(repeat == 0 ? "warming up the pages" : $"{pages} pages, {repeat} of {repeats}");
            await MeasureAsync(app, browser, repeat == 0 ? Math.Min(WarmUpPages, pages) : pages,
                repeat == 0 ? new Measurements() : measurements);
        }
        return new Report(Mode.Name, await world.SettingsAsync(options), measurements.Rows());
    }

    static async Task MeasureAsync(AppTarget app, IBrowser browser, int count, Measurements measurements)
    {
        var web = app.World.ProcessIdOf("web");
        await Task.Delay(Settle);
        await ForcedCollection.InAsync(web);
        var before = ProcessUsage.ResidentBytes(web);
        var orders = await app.SeedAsync(count);
        await using var profile = await browser.NewContextAsync(new() { Locale = "en-US" });
        var pages = new List<IPage>();
        for (var i = 0; i < count; i++)
        {
            pages.Add(await profile.NewPageAsync());
            await Chromium.OpenOrderAsync(pages[i], app.World.Web, orders.IdOf(i), orders.SecretOf(i));
        }
        await Task.Delay(Settle);
        await ForcedCollection.InAsync(web);
        measurements.Add(
            $"{count} pages: memory of Web for each circuit", (ProcessUsage.ResidentBytes(web) - before) / 1024.0 / count, "KiB");

        // Checks that the pages are live: an order is paid through the API, and its page shows it.
        Latencies shown = new();
        for (var i = 0; i < count; i++)
        {
            var paid = pages[i].Locator("[data-screen=paid]").WaitForAsync();
            await app.PayAsync(orders, i);
            var answered = TimeProvider.System.GetTimestamp();
            await paid;
            shown.Record(TimeProvider.System.GetElapsedTime(answered));
        }
        measurements.Add(
            $"{count} pages: answer of the payment → the page shows it, p50 (as Playwright sees it)", shown.Milliseconds(50), "ms");
    }
}
