using System.Collections.Concurrent;
using Aspire.Hosting;
using PaymentFlow.Tests.Hosting;

namespace PaymentFlow.Tests.Fixtures;

/// <summary>Starts the app model for tests: on free ports, with data in a temporary folder, without a developer's own settings.</summary>
public static class TestHost
{
    static readonly ConcurrentDictionary<RunningApp, string> Folders = new();

    /// <summary>Settings that a developer's user secrets and environment may hold; the tests use neither their Stripe nor their servers.</summary>
    public static IReadOnlyDictionary<string, string?> NothingGiven { get; } = new Dictionary<string, string?>
    {
        ["ConnectionStrings:kafka"] = "",
        ["ConnectionStrings:postgres"] = "",
        ["Stripe:ApiKey"] = "",
        ["Stripe:PublishableKey"] = "",
    };

    // Several apps run at once on two cores: each asks the in-process broker for news 40 times a second, not 200 times.
    static readonly KeyValuePair<string, string> PatientFetch = new("Aspire__Confluent__Kafka__Consumer__Config__FetchWaitMaxMs", "25");

    /// <summary>Published events are looked after within seconds, so that no test waits for the usual half minute.</summary>
    public static IReadOnlyDictionary<string, string> EarlyDeliveryCheck { get; } = new Dictionary<string, string>
    {
        ["Delivery__CheckAfter"] = "00:00:03",
        ["Delivery__Every"] = "00:00:01",
    };

    public static IEnumerable<RunningApp> Running => Folders.Keys;

    /// <summary>A new folder that Postgres' own user can reach.</summary>
    public static string NewDataFolder() => Path.Combine(Path.GetTempPath(), $"paymentflow-test-{Guid.CreateVersion7():N}");

    /// <param name="configuration">Settings, where they are not those of <see cref="NothingGiven"/>.</param>
    /// <param name="model">What to start; all of AppHost.cs when null.</param>
    /// <param name="environment">For every service, on top of the model's.</param>
    public static async Task<RunningApp> StartAsync(
        string? dataFolder = null, bool fresh = false, IReadOnlyDictionary<string, string?>? configuration = null,
        Action<IDistributedApplicationBuilder>? model = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var folder = dataFolder ?? NewDataFolder();
        Dictionary<string, string?> settings = new(NothingGiven);
        foreach (var (name, value) in configuration ?? settings) settings[name] = value;
        Dictionary<string, string> variables = new([PatientFetch]);
        foreach (var (name, value) in environment ?? variables) variables[name] = value;
        var app = await RunningApp.StartAsync(new()
        {
            DataFolder = folder,
            Fresh = fresh,
            Configuration = settings,
            Environment = variables,
            Model = model,
        });
        Folders[app] = folder;
        return app;
    }

    /// <summary>Stops it and deletes its data.</summary>
    public static async Task StopAsync(RunningApp app)
    {
        await app.DisposeAsync();
        if (Folders.TryRemove(app, out var folder) && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
