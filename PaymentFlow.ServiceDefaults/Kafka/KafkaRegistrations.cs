using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PaymentFlow.ServiceDefaults.Kafka;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// The registrations of Aspire.Confluent.Kafka that PaymentFlow uses, with the same names and configuration keys. They exist because
/// not every registry has that package; a build with UseContainers=true uses the package itself.
/// Settings come from <c>Aspire:Confluent:Kafka:Producer</c> (or <c>Consumer</c>), then <c>…:NAME</c>, then
/// <c>ConnectionStrings:NAME</c>, then the delegate. Later sources win.
/// </summary>
public static class KafkaRegistrations
{
    const string Section = "Aspire:Confluent:Kafka";
    const string Category = "Aspire.Confluent.Kafka";

    /// <summary>Registers a singleton <see cref="IProducer{TKey, TValue}"/>, created on first use.</summary>
    public static void AddKafkaProducer<TKey, TValue>(this IHostApplicationBuilder builder, string connectionName,
        Action<KafkaProducerSettings>? configureSettings = null,
        Action<IServiceProvider, ProducerBuilder<TKey, TValue>>? configureBuilder = null)
    {
        KafkaProducerSettings settings = new();
        Read(builder, "Producer", connectionName, settings, settings.Config, configureSettings);
        builder.Services.AddSingleton(services =>
        {
            Require(settings.Config.BootstrapServers, $"ConnectionStrings:{connectionName}");
            ProducerBuilder<TKey, TValue> client = new(settings.Config);
            client.SetLogHandler((_, message) => Forward(services, message));
            configureBuilder?.Invoke(services, client);
            return client.Build();
        });
    }

    /// <summary>Registers an <see cref="IConsumer{TKey, TValue}"/> keyed by <paramref name="name"/>, created on first use.</summary>
    public static void AddKeyedKafkaConsumer<TKey, TValue>(this IHostApplicationBuilder builder, string name,
        Action<KafkaConsumerSettings>? configureSettings = null,
        Action<IServiceProvider, ConsumerBuilder<TKey, TValue>>? configureBuilder = null)
    {
        KafkaConsumerSettings settings = new();
        Read(builder, "Consumer", name, settings, settings.Config, configureSettings);
        builder.Services.AddKeyedSingleton(name, (services, _) =>
        {
            Require(settings.Config.BootstrapServers, $"ConnectionStrings:{name}");
            Require(settings.Config.GroupId, $"{Section}:Consumer:Config:GroupId");
            ConsumerBuilder<TKey, TValue> client = new(settings.Config);
            client.SetLogHandler((_, message) => Forward(services, message));
            configureBuilder?.Invoke(services, client);
            return client.Build();
        });
    }

    static void Read<TSettings>(IHostApplicationBuilder builder, string kind, string connectionName, TSettings settings,
        ClientConfig config, Action<TSettings>? configureSettings) where TSettings : KafkaClientSettings
    {
        var section = builder.Configuration.GetSection($"{Section}:{kind}");
        foreach (var layer in new[] { section, section.GetSection(connectionName) })
        {
            try
            {
                layer.Bind(settings);
                // ClientConfig is also a dictionary. Binding it separately makes the binder treat it as an object (dotnet/runtime#96652).
                layer.GetSection("Config").Bind(config);
            }
            catch (InvalidOperationException e)
            {
                // For example an unknown SecurityProtocol. The binder's message names the setting and its value.
                RequiredSettings.Stop($"{builder.Environment.ApplicationName} cannot start: {e.Message}");
            }
        }

        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString) settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);
        if (settings.ConnectionString is not null) config.BootstrapServers = settings.ConnectionString;
    }

    static void Require(string? value, string setting)
    {
        if (string.IsNullOrEmpty(value)) throw new InvalidOperationException($"Setting {setting} is missing.");
    }

    static void Forward(IServiceProvider services, LogMessage message)
    {
        var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(Category);
        var level = (LogLevel)message.LevelAs(LogLevelType.MicrosoftExtensionsLogging);
        if (!log.IsEnabled(level)) return;
#pragma warning disable CA1848 // librdkafka sets text and level at run time.
        log.Log(level, "{Message}", message.Message);
#pragma warning restore CA1848
    }
}
