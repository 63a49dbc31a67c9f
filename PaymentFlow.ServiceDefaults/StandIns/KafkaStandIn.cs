using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using PaymentFlow.ServiceDefaults;
using PaymentFlow.ServiceDefaults.StandIns;

namespace Microsoft.Extensions.Hosting;

/// <summary>
/// Aspire.Confluent.Kafka's registrations under the same names, configuration keys and health-check names, for UseAspire=false.
/// Settings: <c>Aspire:Confluent:Kafka:Producer</c> (or <c>Consumer</c>), then <c>…:NAME</c>, then <c>ConnectionStrings:NAME</c>,
/// then the delegate.
/// </summary>
public static class KafkaStandIn
{
    const string Section = "Aspire:Confluent:Kafka";
    const string Category = "Aspire.Confluent.Kafka";

    /// <summary>Registers a singleton <see cref="IProducer{TKey, TValue}"/>, created when first asked for.</summary>
    public static void AddKafkaProducer<TKey, TValue>(this IHostApplicationBuilder builder, string connectionName,
        Action<KafkaProducerSettings>? configureSettings = null, Action<IServiceProvider, ProducerBuilder<TKey, TValue>>? configureBuilder = null) =>
        AddProducer(builder, connectionName, null, configureSettings, configureBuilder);

    /// <inheritdoc cref="AddKafkaProducer{TKey, TValue}(IHostApplicationBuilder, string, Action{KafkaProducerSettings}, Action{IServiceProvider, ProducerBuilder{TKey, TValue}})" />
    public static void AddKafkaProducer<TKey, TValue>(this IHostApplicationBuilder builder, string connectionName,
        Action<KafkaProducerSettings>? configureSettings, Action<ProducerBuilder<TKey, TValue>>? configureBuilder) =>
        AddProducer<TKey, TValue>(builder, connectionName, null, configureSettings, (_, client) => configureBuilder?.Invoke(client));

    /// <summary>Registers an <see cref="IProducer{TKey, TValue}"/> keyed by <paramref name="name"/>.</summary>
    public static void AddKeyedKafkaProducer<TKey, TValue>(this IHostApplicationBuilder builder, string name,
        Action<KafkaProducerSettings>? configureSettings = null, Action<IServiceProvider, ProducerBuilder<TKey, TValue>>? configureBuilder = null) =>
        AddProducer(builder, name, name, configureSettings, configureBuilder);

    /// <inheritdoc cref="AddKeyedKafkaProducer{TKey, TValue}(IHostApplicationBuilder, string, Action{KafkaProducerSettings}, Action{IServiceProvider, ProducerBuilder{TKey, TValue}})" />
    public static void AddKeyedKafkaProducer<TKey, TValue>(this IHostApplicationBuilder builder, string name,
        Action<KafkaProducerSettings>? configureSettings, Action<ProducerBuilder<TKey, TValue>>? configureBuilder) =>
        AddProducer<TKey, TValue>(builder, name, name, configureSettings, (_, client) => configureBuilder?.Invoke(client));

    /// <summary>Registers a singleton <see cref="IConsumer{TKey, TValue}"/>, created when first asked for.</summary>
    public static void AddKafkaConsumer<TKey, TValue>(this IHostApplicationBuilder builder, string connectionName,
        Action<KafkaConsumerSettings>? configureSettings = null, Action<IServiceProvider, ConsumerBuilder<TKey, TValue>>? configureBuilder = null) =>
        AddConsumer(builder, connectionName, null, configureSettings, configureBuilder);

    /// <inheritdoc cref="AddKafkaConsumer{TKey, TValue}(IHostApplicationBuilder, string, Action{KafkaConsumerSettings}, Action{IServiceProvider, ConsumerBuilder{TKey, TValue}})" />
    public static void AddKafkaConsumer<TKey, TValue>(this IHostApplicationBuilder builder, string connectionName,
        Action<KafkaConsumerSettings>? configureSettings, Action<ConsumerBuilder<TKey, TValue>>? configureBuilder) =>
        AddConsumer<TKey, TValue>(builder, connectionName, null, configureSettings, (_, client) => configureBuilder?.Invoke(client));

    /// <summary>Registers an <see cref="IConsumer{TKey, TValue}"/> keyed by <paramref name="name"/>.</summary>
    public static void AddKeyedKafkaConsumer<TKey, TValue>(this IHostApplicationBuilder builder, string name,
        Action<KafkaConsumerSettings>? configureSettings = null, Action<IServiceProvider, ConsumerBuilder<TKey, TValue>>? configureBuilder = null) =>
        AddConsumer(builder, name, name, configureSettings, configureBuilder);

    /// <inheritdoc cref="AddKeyedKafkaConsumer{TKey, TValue}(IHostApplicationBuilder, string, Action{KafkaConsumerSettings}, Action{IServiceProvider, ConsumerBuilder{TKey, TValue}})" />
    public static void AddKeyedKafkaConsumer<TKey, TValue>(this IHostApplicationBuilder builder, string name,
        Action<KafkaConsumerSettings>? configureSettings, Action<ConsumerBuilder<TKey, TValue>>? configureBuilder) =>
        AddConsumer<TKey, TValue>(builder, name, name, configureSettings, (_, client) => configureBuilder?.Invoke(client));

    static void AddProducer<TKey, TValue>(IHostApplicationBuilder builder, string connectionName, string? serviceKey,
        Action<KafkaProducerSettings>? configureSettings, Action<IServiceProvider, ProducerBuilder<TKey, TValue>>? configureBuilder)
    {
        KafkaProducerSettings settings = new();
        Read(builder, "Producer", connectionName, settings, settings.Config, configureSettings);
        Register<IProducer<TKey, TValue>>(builder, serviceKey, services =>
        {
            Require(settings.Config.BootstrapServers, $"ConnectionStrings:{connectionName}");
            ProducerBuilder<TKey, TValue> client = new(settings.Config);
            configureBuilder?.Invoke(services, client);
            var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(Category);
            UnlessSet(() => client.SetLogHandler((_, message) => Forward(log, message)));
            return client.Build();
        });
        if (!settings.DisableHealthChecks) AddHealthCheck<IProducer<TKey, TValue>>(builder, "Producer", connectionName, serviceKey);
    }

    static void AddConsumer<TKey, TValue>(IHostApplicationBuilder builder, string connectionName, string? serviceKey,
        Action<KafkaConsumerSettings>? configureSettings, Action<IServiceProvider, ConsumerBuilder<TKey, TValue>>? configureBuilder)
    {
        KafkaConsumerSettings settings = new();
        Read(builder, "Consumer", connectionName, settings, settings.Config, configureSettings);
        Register<IConsumer<TKey, TValue>>(builder, serviceKey, services =>
        {
            Require(settings.Config.BootstrapServers, $"ConnectionStrings:{connectionName}");
            Require(settings.Config.GroupId, $"{Section}:Consumer:Config:GroupId");
            ConsumerBuilder<TKey, TValue> client = new(settings.Config);
            configureBuilder?.Invoke(services, client);
            var log = services.GetRequiredService<ILoggerFactory>().CreateLogger(Category);
            UnlessSet(() => client.SetLogHandler((_, message) => Forward(log, message)));
            return client.Build();
        });
        if (!settings.DisableHealthChecks) AddHealthCheck<IConsumer<TKey, TValue>>(builder, "Consumer", connectionName, serviceKey);
    }

    static void Read<TSettings>(IHostApplicationBuilder builder, string kind, string connectionName, TSettings settings, ClientConfig config,
        Action<TSettings>? configureSettings) where TSettings : KafkaClientSettings
    {
        var section = builder.Configuration.GetSection($"{Section}:{kind}");
        foreach (var layer in new[] { section, section.GetSection(connectionName) })
        {
            layer.Bind(settings);
            // A dictionary as well as an object, so the binder needs to be told which (dotnet/runtime#96652).
            layer.GetSection("Config").Bind(config);
        }

        if (builder.Configuration.GetConnectionString(connectionName) is { } connectionString) settings.ConnectionString = connectionString;
        configureSettings?.Invoke(settings);
        if (settings.ConnectionString is not null) config.BootstrapServers = settings.ConnectionString;
    }

    static void Register<T>(IHostApplicationBuilder builder, string? serviceKey, Func<IServiceProvider, T> create) where T : class
    {
        if (serviceKey is null) builder.Services.AddSingleton(create);
        else builder.Services.AddKeyedSingleton(serviceKey, (services, _) => create(services));
    }

    static void AddHealthCheck<TClient>(IHostApplicationBuilder builder, string kind, string connectionName, string? serviceKey)
        where TClient : class, IClient
    {
        var name = serviceKey is null ? $"{Category}.{kind}" : $"{Category}.{kind}_{connectionName}";
        // A second client under the same name is covered by the first one's check.
        if (!builder.Properties.TryAdd(name, true)) return;
        KafkaHealthCheck? check = null; // one for every probe, as the registration's factory runs at each
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(name,
            services => LazyInitializer.EnsureInitialized(ref check, () => new KafkaHealthCheck((serviceKey is null
                ? services.GetRequiredService<TClient>()
                : services.GetRequiredKeyedService<TClient>(serviceKey)).Handle)),
            failureStatus: null, tags: null));
    }

    static void Require(string? value, string setting)
    {
        if (string.IsNullOrEmpty(value)) throw new InvalidOperationException($"Setting {setting} is missing.");
    }

    // Confluent's builders throw on a second handler: the caller's own one wins.
    static void UnlessSet(Action set)
    {
        try
        {
            set();
        }
        catch (InvalidOperationException)
        {
        }
    }

    static void Forward(ILogger log, LogMessage message)
    {
        var level = (LogLevel)message.LevelAs(LogLevelType.MicrosoftExtensionsLogging);
        if (!log.IsEnabled(level)) return;
#pragma warning disable CA1848 // librdkafka's own text, at whatever level it chose
        log.Log(level, "{Message}", message.Message);
#pragma warning restore CA1848
    }
}
