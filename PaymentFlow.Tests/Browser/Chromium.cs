using Microsoft.Playwright;

namespace PaymentFlow.Tests.Browser;

/// <summary>One browser for all tests of a collection. Each test has its own contexts (profiles).</summary>
public sealed class Chromium : IAsyncLifetime
{
    // The headless shell comes first, because it is the same engine without a user interface and needs less CPU.
    static readonly string[] Names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

    internal static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--disable-features=SpareRendererForSitePerProcess",
    ];

    // In milliseconds. Longer than Playwright's default of 30 s, because a service that has just started on a busy machine is slow.
    public const float Patience = 90_000;

    IPlaywright _playwright = null!;

    public IBrowser Browser { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Find(), Args = Arguments });
    }

    public async ValueTask DisposeAsync()
    {
        await Browser.DisposeAsync();
        _playwright.Dispose();
    }

    internal static string Find() =>
        Names.SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "")
                .Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            $"The browser tests need Chromium, but none of {string.Join(", ", Names)} is on the PATH. Install chromium.");
}

/// <summary>Tests of customers' pages. The four collections run in parallel, each with its own browser.</summary>
[CollectionDefinition(nameof(ShopPages))]
public sealed class ShopPages : ICollectionFixture<Chromium>;

/// <summary>Tests of operators' pages.</summary>
[CollectionDefinition(nameof(ConsolePages))]
public sealed class ConsolePages : ICollectionFixture<Chromium>;

/// <summary>More tests of operators' pages, so that neither collection takes long.</summary>
[CollectionDefinition(nameof(MoreConsolePages))]
public sealed class MoreConsolePages : ICollectionFixture<Chromium>;

/// <summary>Tests of apps or services that a test configures or kills.</summary>
[CollectionDefinition(nameof(PagesOfOtherApps))]
public sealed class PagesOfOtherApps : ICollectionFixture<Chromium>, ICollectionFixture<ImpatientApp>;
