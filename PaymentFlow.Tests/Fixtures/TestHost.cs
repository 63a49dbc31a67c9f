using System.Collections.Concurrent;
using PaymentFlow.AppHost;
using PaymentFlow.AppHost.Embedded;

namespace PaymentFlow.Tests.Fixtures;

/// <summary>Starts the model through the embedded engine, as <c>dotnet run</c> does, but out of everybody's way.</summary>
public static class TestHost
{
    static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);
    static readonly ConcurrentDictionary<DistributedApplication, string> Folders = new();

    /// <summary>What a developer's own secrets and environment may say; the tests ask neither their Stripe nor their servers.</summary>
    public static IReadOnlyDictionary<string, string?> NothingGiven { get; } = new Dictionary<string, string?>
    {
        ["ConnectionStrings:kafka"] = "",
        ["ConnectionStrings:postgres"] = "",
        ["Stripe:ApiKey"] = "",
        ["Stripe:PublishableKey"] = "",
    };

    // Several apps run at once on two cores: each asks the in-process broker for news 40 times a second, not 200 times.
    static readonly KeyValuePair<string, string> PatientFetch = new("Aspire__Confluent__Kafka__Consumer__Config__FetchWaitMaxMs", "25");

    /// <summary>Those that run now.</summary>
    public static IEnumerable<DistributedApplication> Running => Folders.Keys;

    /// <summary>A fresh data folder that Postgres' own user can get to.</summary>
    public static string NewDataFolder() => Path.Combine(Path.GetTempPath(), $"paymentflow-test-{Guid.CreateVersion7():N}");

    /// <param name="configuration">Settings, where they are not those of <see cref="NothingGiven"/>.</param>
    /// <param name="model">What to start; all of AppHost.cs when null.</param>
    /// <param name="environment">For every project, on top of the model's.</param>
    public static async Task<DistributedApplication> StartAsync(
        string? dataFolder = null, bool fresh = false, IReadOnlyDictionary<string, string?>? configuration = null,
        Action<IDistributedApplicationBuilder>? model = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var folder = dataFolder ?? NewDataFolder();
        var log = new ConcurrentQueue<string>();
        var builder = DistributedApplication.CreateBuilder(new EmbeddedOptions
        {
            DataFolder = folder,
            Fresh = fresh,
            FreePorts = true,
            Configuration = new Dictionary<string, string?>([.. NothingGiven.Where(pair => configuration?.ContainsKey(pair.Key) != true), .. configuration ?? new Dictionary<string, string?>()]),
            Environment = new Dictionary<string, string>(environment?.ContainsKey(PatientFetch.Key) == true ? environment : [PatientFetch, .. environment ?? new Dictionary<string, string>()]),
            Log = (resource, line) => log.Enqueue($"{resource,-14} {line}"),
        });
        (model ?? AppModel.Define)(builder);
        var app = builder.Build();
        using var timeout = new CancellationTokenSource(StartPatience);
        try
        {
            await app.StartAsync(timeout.Token);
        }
        catch (Exception e)
        {
            await app.DisposeAsync();
            throw new InvalidOperationException($"PaymentFlow did not start.\n{string.Join('\n', log.TakeLast(100))}", e);
        }
        Folders[app] = folder;
        return app;
    }

    /// <summary>Stops it and deletes its data.</summary>
    public static async Task StopAsync(DistributedApplication app)
    {
        await app.DisposeAsync();
        if (Folders.TryRemove(app, out var folder)) Directory.Delete(folder, recursive: true);
    }
}
