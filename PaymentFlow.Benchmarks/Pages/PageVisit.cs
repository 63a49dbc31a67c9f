using System.Text;
using System.Text.Json;
using Microsoft.Playwright;

namespace PaymentFlow.Benchmarks.Pages;

/// <summary>
/// A browser tab that counts what it receives. Times are taken inside the page, from the start of its navigation, so that the driver's own
/// delays do not count.
/// </summary>
sealed class PageVisit : IAsyncDisposable
{
    // A state counts as seen with the next frame that the browser draws.
    const string Observer = """
        (() => {
          const seen = (name, selector) => {
            if (window[name] === undefined && document.querySelector(selector)) {
              window[name] = null;
              requestAnimationFrame(() => window[name] = performance.now());
            }
          };
          const look = () => {
            seen('payableAt', '.pay-button:not([disabled])');
            seen('paidAt', '[data-screen=paid]');
          };
          new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true });
          document.addEventListener('click', event => {
            if (event.target.closest('.pay-button')) window.clickedAt = performance.now();
          }, true);
        })()
        """;

    readonly ICDPSession _session;
    long _received;

    PageVisit(IPage page, ICDPSession session)
    {
        (Page, _session) = (page, session);
        Count("Network.loadingFinished", message => (long)message.GetProperty("encodedDataLength").GetDouble());
        Count("Network.requestWillBeSent", message => message.TryGetProperty("redirectResponse", out var redirect)
            ? (long)redirect.GetProperty("encodedDataLength").GetDouble()
            : 0);
        Count("Network.webSocketFrameReceived", message =>
        {
            var frame = message.GetProperty("response");
            var payload = frame.GetProperty("payloadData").GetString()!;
            // Binary payloads (opcode 2) are given in Base64.
            return frame.GetProperty("opcode").GetDouble() == 2 ? payload.Length * 3L / 4 : Encoding.UTF8.GetByteCount(payload);
        });
    }

    public IPage Page { get; }

    /// <summary>In bytes, since <see cref="Reset"/>.</summary>
    public long Received => Interlocked.Read(ref _received);

    public static async Task<PageVisit> StartAsync(IBrowserContext profile, Device device)
    {
        var page = await profile.NewPageAsync();
        await page.AddInitScriptAsync(Observer);
        var session = await profile.NewCDPSessionAsync(page);
        await session.SendAsync("Network.enable");
        PageVisit visit = new(page, session);
        await device.EmulateAsync(session);
        return visit;
    }

    public void Reset() => Interlocked.Exchange(ref _received, 0);

    /// <summary>In milliseconds from the start of the navigation.</summary>
    public Task<double> FirstPaintAsync() =>
        WhenAsync("performance.getEntriesByName('first-contentful-paint')[0]?.startTime");

    /// <summary>In milliseconds from the start of the navigation.</summary>
    public Task<double> WhenPayableAsync() => WhenAsync("window.payableAt");

    /// <summary>Presses Pay.</summary>
    /// <returns>The time from the click until the page says that the order is paid, in milliseconds.</returns>
    public async Task<double> PayAsync()
    {
        await Page.Locator(".pay-button").ClickAsync();
        return await WhenAsync("window.paidAt && window.paidAt - window.clickedAt");
    }

    async Task<double> WhenAsync(string expression)
    {
        var handle = await Page.WaitForFunctionAsync($"() => {expression} || null");
        return await handle.JsonValueAsync<double>();
    }

    void Count(string name, Func<JsonElement, long> bytesOf) => _session.Event(name).OnEvent += (_, message) =>
    {
        if (message is { } content) Interlocked.Add(ref _received, bytesOf(content));
    };

    public async ValueTask DisposeAsync() => await Page.CloseAsync();
}
