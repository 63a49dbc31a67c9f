using Confluent.Kafka;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace PaymentFlow.Tests.Unit.ServiceDefaults;

/// <summary>What a service may lean on under both engines: facts of Aspire 13.5.2's integrations.</summary>
public sealed class StandInTests
{
    [Fact]
    public void Kafka_settings_come_from_the_section_then_the_name_then_the_connection_string_then_the_code()
    {
        var builder = Builder(
            ("Aspire:Confluent:Kafka:Consumer:ConnectionString", "section:1"),
            ("Aspire:Confluent:Kafka:Consumer:Config:FetchWaitMaxMs", "5"),
            ("Aspire:Confluent:Kafka:Consumer:Config:SessionTimeoutMs", "2000"),
            ("Aspire:Confluent:Kafka:Consumer:payments:Config:SessionTimeoutMs", "3000"),
            ("Aspire:Confluent:Kafka:Consumer:payments:DisableHealthChecks", "true"),
            ("ConnectionStrings:payments", "named:2"));
        var asked = false;
        builder.AddKeyedKafkaConsumer<string, byte[]>("payments", settings =>
        {
            asked = true;
            Assert.Equal("named:2", settings.ConnectionString);
            Assert.Equal((5, 3000), (settings.Config.FetchWaitMaxMs, settings.Config.SessionTimeoutMs));
            Assert.True(settings.DisableHealthChecks);
        });
        Assert.True(asked);
        Assert.Empty(HealthChecks(builder));
    }

    [Fact]
    public void A_consumer_without_a_group_says_so_when_it_is_asked_for()
    {
        var builder = Builder(("ConnectionStrings:kafka", "localhost:1"));
        builder.AddKafkaConsumer<string, byte[]>("kafka");
        using var services = builder.Services.BuildServiceProvider();
        // The two engines have words of their own for it.
        var refused = Assert.Throws<InvalidOperationException>(services.GetRequiredService<IConsumer<string, byte[]>>);
        Assert.Contains("group", refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Health_checks_have_Aspires_names()
    {
        var builder = Builder(("ConnectionStrings:kafka", "localhost:1"), ("ConnectionStrings:db", "Host=localhost"));
        builder.AddKafkaProducer<string, byte[]>("kafka");
        builder.AddKafkaConsumer<string, byte[]>("kafka");
        builder.AddKeyedKafkaProducer<string, string>("kafka");
        builder.AddKeyedKafkaProducer<string, byte[]>("kafka");
        builder.AddNpgsqlDataSource("db");
        builder.AddKeyedNpgsqlDataSource("db");
        Assert.Equal(
            ["Aspire.Confluent.Kafka.Consumer", "Aspire.Confluent.Kafka.Producer", "Aspire.Confluent.Kafka.Producer_kafka", "PostgreSql", "PostgreSql_db"],
            HealthChecks(builder).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_data_source_takes_the_named_connection_string_and_the_code_has_the_last_word()
    {
        var builder = Builder(("Aspire:Npgsql:ConnectionString", "Host=section"), ("Aspire:Npgsql:DisableHealthChecks", "true"),
            ("ConnectionStrings:db", "Host=named"));
        builder.AddNpgsqlDataSource("db", configureDataSourceBuilder: source => source.ConnectionStringBuilder.MaxAutoPrepare = 7);
        using var services = builder.Services.BuildServiceProvider();
        NpgsqlConnectionStringBuilder connection = new(services.GetRequiredService<NpgsqlDataSource>().ConnectionString);
        Assert.Equal(("named", 7), (connection.Host, connection.MaxAutoPrepare));
        Assert.Empty(HealthChecks(builder));
    }

    static HostApplicationBuilder Builder(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLogging();
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)));
        return builder;
    }

    static List<string> HealthChecks(HostApplicationBuilder builder)
    {
        using var services = builder.Services.BuildServiceProvider();
        return [.. services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Select(check => check.Name)];
    }
}
