using System.Collections.Concurrent;
using Aspire.Hosting;
using PaymentFlow.Testing.Hosting;

namespace PaymentFlow.Tests.Fixtures;

/// <summary>Starts the app model on free ports, with data in a temporary folder and without a developer's own settings.</summary>
public static class TestHost
{
    static readonly ConcurrentDictionary<RunningApp, string> Folders = new();

    /// <summary>
    /// Clears the settings that a developer's user secrets and environment may contain, so that tests use neither the developer's Stripe
    /// account nor the developer's servers.
    /// </summary>
    public static IReadOnlyDictionary<string, string?> NothingGiven { get; } = new Dictionary<string, string?>
    {
        ["ConnectionStrings:kafka"] = "",
        ["ConnectionStrings:postgres"] = "",
        ["Stripe:ApiKey"] = "",
        ["Stripe:PublishableKey"] = "",
    };

    // Several apps run at once. A longer wait per fetch saves CPU time in the in-process brokers and their consumers.
    static readonly KeyValuePair<string, string> PatientFetch = new("Aspire__Confluent__Kafka__Consumer__Config__FetchWaitMaxMs", "100");

    /// <summary>Runs the delivery check within seconds, so that no test waits for the default of 30 s.</summary>
    public static IReadOnlyDictionary<string, string> EarlyDeliveryCheck { get; } = new Dictionary<string, string>
    {
        ["Delivery__CheckAfter"] = "00:00:03",
        ["Delivery__Every"] = "00:00:01",
    };

    public static IEnumerable<RunningApp> Running => Folders.Keys;

    /// <summary>The path of a new folder that the user of Postgres can access.</summary>
    public static string NewDataFolder() => Path.Combine(Path.GetTempPath(), $"paymentflow-test-{Guid.CreateVersion7():N}");

    /// <param name="configuration">Settings that override those of <see cref="NothingGiven"/>.</param>
    /// <param name="model">The model to start; all of AppHost.cs if null.</param>
    /// <param name="environment">Environment variables for every service, in addition to the model's.</param>
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

    /// <summary>Stops an app and deletes its data.</summary>
    public static async Task StopAsync(RunningApp app)
    {
        await app.DisposeAsync();
        if (Folders.TryRemove(app, out var folder) && Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
