using Microsoft.Playwright;
using PaymentFlow.Benchmarks.World;
using PaymentFlow.Testing.Measuring;

namespace PaymentFlow.Benchmarks.Pages;

/// <summary>Measures the customers' pages in Chromium: their weight, and how soon a customer can read, pay and know.</summary>
static class PagesMode
{
    public static Mode Mode { get; } = new("pages",
        "The shop and the order page in Chromium: weight, first paint, until Pay can be pressed, from the click to \"paid\".",
        new Dictionary<string, string> { ["samples"] = "10", ["repeats"] = "1", ["warm-up"] = "15" }, MeasureAsync);

    static async Task<Report> MeasureAsync(Options options)
    {
        var samples = options.Number("samples") * options.Number("repeats");
        var chromium = Chromium.Find();
        await using var world = await BenchmarkWorld.StartAsync(WorldOptions.From(options));
        AppTarget app = new(world);
        await Load.WarmUpAsync(app, options.Seconds("warm-up"));
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(chromium);
        Progress.Say("warming up the pages");
        for (var i = 0; i < 3; i++) await VisitAsync(app, browser, Device.Desktop, new Measurements());
        Measurements measurements = new();
        foreach (var device in (Device[])[Device.Desktop, Device.Phone])
        {
            Progress.Say($"{device.Name}, {samples} visits");
            for (var sample = 0; sample < samples; sample++) await VisitAsync(app, browser, device, measurements);
        }
        var settings = await world.SettingsAsync(options);
        settings["browser"] = $"Chromium {browser.Version}";
        settings[Device.Phone.Name] = Device.Phone.Description;
        settings["cold, warm"] = "a new profile, and the same page once more in it; medians";
        settings["received"] = "responses with their headers, as compressed, and WebSocket messages, until Pay can be pressed";
        return new Report(Mode.Name, settings, measurements.Rows());
    }

    /// <summary>A new customer, who visits each page twice and pays.</summary>
    static async Task VisitAsync(AppTarget app, IBrowser browser, Device device, Measurements measurements)
    {
        var orders = await app.SeedAsync(2);
        foreach (var page in (string[])["shop", "order page"])
        {
            await using var profile = await browser.NewContextAsync(new() { Locale = "en-US" });
            await using var visit = await PageVisit.StartAsync(profile, device);
            foreach (var (state, order) in ((string, int)[])[("cold", 0), ("warm", 1)])
            {
                var name = $"{page}, {state}, {device.Name}";
                visit.Reset();
                if (page == "shop") await visit.Page.GotoAsync($"{app.World.Web}", new() { WaitUntil = WaitUntilState.NetworkIdle });
                else await Chromium.OpenOrderAsync(visit.Page, app.World.Web, orders.IdOf(order), orders.SecretOf(order));
                measurements.Add($"{name}: first contentful paint", await visit.FirstPaintAsync(), "ms");
                if (page != "shop") measurements.Add($"{name}: until Pay can be pressed", await visit.WhenPayableAsync(), "ms");
                measurements.Add($"{name}: received", visit.Received / 1024.0, "KiB");
                if (page != "shop") measurements.Add($"{name}: from the click to \"paid\"", await visit.PayAsync(), "ms");
            }
        }
    }
}
