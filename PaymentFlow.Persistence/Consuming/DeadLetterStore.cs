using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Npgsql;
using NpgsqlTypes;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.Persistence.Consuming;

/// <summary>
/// Stores messages that could not be applied, complete and once each: a redelivered message is the same dead letter.
/// </summary>
public sealed class DeadLetterStore(NpgsqlDataSource dataSource)
{
    // An error can repeat a part of the message, and a message can have nearly a megabyte.
    const int MaxErrorLength = 2_000;

    // The UUID namespace for the ids of messages without a ce_id.
    static readonly Guid ContentNamespace = Guid.Parse("6f1f3c52-7f0b-5d4e-9a63-0d9c3f2b7a11");

    public async Task AddAsync(ConsumeResult<string, byte[]> message, string error, CancellationToken cancellationToken)
    {
        const string Sql = """
            INSERT INTO dead_letters (event_id, topic, "partition", "offset", key, headers, data, error)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (event_id) DO NOTHING
            """;
        await using var command = dataSource.CreateCommand(Sql);
        command.With(IdOf(message.Message));
        command.With(message.Topic);
        command.With(message.Partition.Value);
        command.With(message.Offset.Value);
        // Postgres' type text cannot hold NUL or half a surrogate pair. A key or an error text with one must not make this insert fail.
        command.Parameters.Add(new() { Value = Text(message.Message.Key) ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = Headers(message.Message), NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = message.Message.Value ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea });
        command.With(Text(error.Length <= MaxErrorLength ? error : error[..MaxErrorLength]));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static Guid IdOf(Message<string, byte[]> message) =>
        message.Headers is { } headers && headers.TryGetLastBytes("ce_id", out var bytes) && bytes is not null
        && Guid.TryParse(Encoding.UTF8.GetString(bytes), out var id)
            ? id
            : NameBasedGuid.Create(ContentNamespace, [.. Encoding.UTF8.GetBytes(message.Key ?? ""), .. message.Value ?? []]);

    static string Headers(Message<string, byte[]> message) =>
        JsonSerializer.Serialize(
            (message.Headers ?? []).GroupBy(header => Text(header.Key)!).ToDictionary(
                group => group.Key,
                group => Text(Encoding.UTF8.GetString(group.Last().GetValueBytes() ?? []))!),
            DeadLetterJson.Default.DictionaryStringString);

    static string? Text(string? value) =>
        value is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)).Replace('\0', '\uFFFD');
}
