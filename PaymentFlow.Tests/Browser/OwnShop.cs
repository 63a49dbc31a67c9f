using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PaymentFlow.Tests.Fixtures;

namespace PaymentFlow.Tests.Browser;

/// <summary>The sample shop in its own process. It knows PaymentFlow's addresses and keys, and nothing else of it.</summary>
sealed class OwnShop : IAsyncDisposable
{
    static readonly HttpClient Http = new();

    readonly PaymentFlowApp _app;
    readonly Process _process;
    readonly ConcurrentQueue<string> _output = [];
    readonly ITestOutputHelper? _test = TestContext.Current.TestOutputHelper;
    readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("paymentflow-shop-");

    OwnShop(PaymentFlowApp app, string[] settings)
    {
        _app = app;
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        _process = Start(
            "dotnet",
            [
                Path.Combine("samples", "Shop", "bin", configuration, "net10.0", "Shop.dll"), "--Urls", app.ShopOrigin,
                "--PaymentFlow:Orders", Origin(app.OrderService), "--PaymentFlow:Payments", Origin(app.PaymentApi),
                "--PaymentFlow:MerchantKey", app.MerchantKey, "--DataFolder", _data.FullName, .. settings,
            ]);
        _process.OutputDataReceived += Read;
        _process.ErrorDataReceived += Read;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The file in which the shop keeps its secret for webhooks.</summary>
    public string EndpointFile => Path.Combine(_data.FullName, "webhook-endpoint.json");

    /// <summary>Starts the shop and returns when it is open.</summary>
    public static async Task<OwnShop> OpenAsync(PaymentFlowApp app, params string[] settings)
    {
        OwnShop shop = new(app, settings);
        await Eventually.TrueAsync(shop.IsOpenAsync);
        return shop;
    }

    public Task IsShippedAsync(string reference) => Eventually.TrueAsync(async () =>
        (await Http.GetFromJsonAsync<JsonNode>($"{_app.ShopOrigin}/sales/{reference}", Token))!["shipped"]!.GetValue<bool>());

    /// <summary>How often the shop has shipped a sale, by its log.</summary>
    public int ShipmentsOf(string reference) => _output.Count(line => line.EndsWith($"Shipped {reference}", StringComparison.Ordinal));

    async Task<bool> IsOpenAsync()
    {
        if (_process.HasExited) throw new InvalidOperationException(string.Join('\n', _output));
        try
        {
            using var response = await Http.GetAsync(_app.ShopOrigin, Token);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    void Read(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is not { } text) return;
        _output.Enqueue(text);
        // Shown with a failed test.
        _test?.WriteLine($"shop {text}");
    }

    public static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Repository.Folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        // Also waits for the last line of the output.
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _data.Delete(recursive: true);
    }

    static string Origin(Uri address) => address.GetLeftPart(UriPartial.Authority);

    static CancellationToken Token => TestContext.Current.CancellationToken;
}
