using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Playwright;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>The developer's dashboard of the embedded engine.</summary>
public sealed class DashboardTests(DashboardHost host, PaymentFlowApp app, Chromium chromium)
    : BrowserTest(app, chromium), IClassFixture<DashboardHost>
{
    [Fact]
    public async Task One_payment_is_one_trace_from_the_click_to_the_page()
    {
        var shopper = await ShopperAsync(web: host.Shop);
        await shopper.OrderAsync();
        await shopper.PayAsync();
        await shopper.SeesAsync("paid");
        var developer = await SignedInAsync();

        await developer.Page.GotoAsync("/traces");
        await developer.Page.Locator("[data-live] input[type=search]").FillAsync(shopper.OrderId.ToString());
        await developer.Page.GetByText("web: pay click").ClickAsync();
        await developer.Page.Locator(".waterfall[data-live]").WaitForAsync();
        // The services send their spans each in their own time; the page shows them as they come.
        (string Service, string Kind, string Said)[] way =
        [
            ("web", "Internal", "pay click"), ("payment-api", "Server", "POST /process-payment"), ("payment-api", "Client", "/confirm"),
            ("stripe-sandbox", "Server", "/confirm"), ("payment-api", "Producer", "payments publish"), ("order-service", "Consumer", "order update"),
            ("order-service", "Producer", "orders publish"), ("web", "Consumer", "orders push"), ("web", "Internal", "page update"),
        ];
        foreach (var (service, kind, said) in way)
            await developer.Page.Locator($"li[data-service={service}][data-kind={kind}]", new() { HasText = said }).First.WaitForAsync();

        await developer.IsAccessibleAsync("trace");
        await PictureAsync(developer.Page, "dashboard-trace");
        await developer.Page.Locator("li[data-service=payment-api][data-kind=Producer] summary").ClickAsync();
        await Assertions.Expect(developer.Page.Locator("details[open] dl")).ToContainTextAsync("messaging.destination.name");
        await developer.Page.GotoAsync("/traces");
        await developer.Page.Locator("tr[data-trace]").First.WaitForAsync();
        await developer.IsAccessibleAsync("traces");
        Assert.Empty(developer.Complaints);
    }

    [Fact]
    public async Task A_service_that_is_killed_is_back_soon_with_its_story_in_the_logs_and_one_that_is_stopped_stays_down()
    {
        var developer = await SignedInAsync();
        var page = developer.Page;
        var payments = page.Locator("tr[data-resource=payment-api]");
        await Assertions.Expect(payments.Locator(".health")).ToHaveTextAsync("Healthy");
        await PictureAsync(page, "dashboard");
        await developer.IsAccessibleAsync("resources");
        var before = await payments.Locator("td.number").First.InnerTextAsync();

        using (var process = Process.GetProcessById(int.Parse(before, CultureInfo.InvariantCulture))) process.Kill();
        await Assertions.Expect(payments.Locator("td.number").Nth(1)).ToHaveTextAsync("1");
        await page.Locator("tr[data-resource=payment-api][data-state=Running]", new() { HasNotText = before, HasText = "Healthy" }).WaitForAsync();
        await payments.GetByText("Logs").ClickAsync();
        await page.WaitForURLAsync("**/logs?resource=payment-api");
        await page.Locator("[data-live]").WaitForAsync();
        await page.Locator(".log p", new() { HasText = "stopped with exit code 137" }).WaitForAsync();
        await page.Locator(".log p", new() { HasText = "started again" }).WaitForAsync();

        // Search and severity leave what they should.
        await page.GetByLabel("Search").FillAsync("exit code 137");
        await Assertions.Expect(page.Locator("[role=status]")).ToHaveTextAsync("1 line");
        await page.GetByLabel("At least").SelectOptionAsync("Warning");
        await Assertions.Expect(page.Locator("[role=status]")).ToHaveTextAsync("0 lines");
        await developer.IsAccessibleAsync("logs");

        await page.GotoAsync("/");
        await page.Locator("[data-live]").WaitForAsync();
        await page.GetByLabel("Stop payment-api").ClickAsync();
        await page.Locator("tr[data-resource=payment-api][data-state=Stopped]").WaitForAsync();
        // Nobody starts it but the developer; the others say that it is missing.
        await page.Locator("tr[data-resource=web]", new() { HasText = "payment-api" }).WaitForAsync();
        await page.GetByLabel("Start payment-api").ClickAsync();
        await page.Locator("tr[data-resource=payment-api][data-state=Running]", new() { HasText = "Healthy" }).WaitForAsync();
        Assert.Empty(developer.Complaints);
    }

    [Fact]
    public async Task Nobody_comes_in_without_the_token()
    {
        var stranger = await ShopperAsync(web: new Uri(host.SignInLink, "/"));
        foreach (var page in (string[])["/", "/logs", "/traces"])
        {
            await stranger.Page.GotoAsync(page);
            await stranger.Page.WaitForURLAsync("**/sign-in?ReturnUrl=**");
        }
        await stranger.Page.Locator("#token").FillAsync("wrong");
        await stranger.Page.GetByRole(AriaRole.Button).ClickAsync();
        await stranger.Page.Locator("[role=alert]").WaitForAsync();
        await stranger.IsAccessibleAsync("sign-in");

        await stranger.Page.Locator("#token").FillAsync(host.SignInLink.Query["?token=".Length..]);
        await stranger.Page.GetByRole(AriaRole.Button).ClickAsync();
        await stranger.Page.Locator("tr[data-resource=web]").WaitForAsync();
    }

    [Fact]
    public async Task Nobody_else_sends_spans()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads what a service was given from /proc.");
        const string Unauthenticated = "16";
        const string Ok = "0";
        var settings = host.Processes.Select(SettingsOf).First(given => given.ContainsKey("OTEL_EXPORTER_OTLP_HEADERS"));

        Assert.Equal(Unauthenticated, await ExportAsync(settings["OTEL_EXPORTER_OTLP_ENDPOINT"], "x-otlp-api-key=wrong"));
        Assert.Equal(Ok, await ExportAsync(settings["OTEL_EXPORTER_OTLP_ENDPOINT"], settings["OTEL_EXPORTER_OTLP_HEADERS"]));
    }

    async Task<Shopper> SignedInAsync()
    {
        var developer = await ShopperAsync(web: new Uri(host.SignInLink, "/"));
        await developer.Page.GotoAsync(host.SignInLink.PathAndQuery);
        await developer.Page.Locator("[data-live]").WaitForAsync();
        // The token does not stay in the address.
        Assert.Equal("/", new Uri(developer.Page.Url).PathAndQuery);
        return developer;
    }

    /// <summary>An export with nothing in it, by hand; the answer is gRPC's status code.</summary>
    static async Task<string> ExportAsync(string endpoint, string header)
    {
        using HttpClient http = new() { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using HttpRequestMessage request = new(HttpMethod.Post, $"{endpoint}/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            // Not compressed, and no bytes long.
            Content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        var (name, value) = (header.Split('=')[0], header.Split('=')[1]);
        request.Headers.Add(name, value);
        request.Headers.TE.ParseAdd("trailers");
        using var answer = await http.SendAsync(request, Token);
        await answer.Content.ReadAsByteArrayAsync(Token);
        return (answer.TrailingHeaders.TryGetValues("grpc-status", out var trailers) ? trailers : answer.Headers.GetValues("grpc-status")).Single();
    }

    static Dictionary<string, string> SettingsOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries)
                .Select(variable => variable.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[^1]);
        }
        catch (IOException)
        {
            return [];
        }
    }

    static Task PictureAsync(IPage page, string name) => Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") == "1"
        ? page.ScreenshotAsync(new() { Path = Path.Combine(Repository.Folder, "docs", "images", $"{name}.png"), Animations = ScreenshotAnimations.Disabled })
        : Task.CompletedTask;
}
