using Microsoft.Playwright;

namespace PaymentFlow.Tests.Browser;

/// <summary>One browser for all tests of a collection; each test has contexts (profiles) of its own.</summary>
public sealed class Chromium : IAsyncLifetime
{
    // The headless shell is the same engine without the browser's own user interface; it needs less than half of the CPU.
    static readonly string[] Names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

    static readonly string[] Arguments =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    // In milliseconds. The first page of a service that has just started on a busy machine has taken more than 30 s.
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

    static string Find() =>
        Names.SelectMany(name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, name)))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"The browser tests need Chromium: none of {string.Join(", ", Names)} is on the PATH. Install chromium.");
}

/// <summary>The pages of customers. The three collections run in parallel, each in a browser of its own.</summary>
[CollectionDefinition(nameof(ShopPages))]
public sealed class ShopPages : ICollectionFixture<Chromium>;

/// <summary>The pages of operators.</summary>
[CollectionDefinition(nameof(ConsolePages))]
public sealed class ConsolePages : ICollectionFixture<Chromium>;

/// <summary>Pages of apps or services that a test configures or kills.</summary>
[CollectionDefinition(nameof(PagesOfOtherApps))]
public sealed class PagesOfOtherApps : ICollectionFixture<Chromium>, ICollectionFixture<ImpatientApp>;
