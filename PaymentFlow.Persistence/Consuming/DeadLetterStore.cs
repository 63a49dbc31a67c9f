using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Npgsql;
using PaymentFlow.Contracts.Events;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.Persistence.Consuming;

/// <summary>
/// Stores messages that could not be applied, complete and once each: a redelivered message is the same dead letter. It takes over the
/// newest delivery, whose signature may be by a newer key.
/// </summary>
public sealed class DeadLetterStore(NpgsqlDataSource dataSource)
{
    // An error can repeat a part of the message, and a message can have nearly a megabyte.
    const int MaxErrorLength = 2_000;

    // The UUID namespace for the ids of messages that are not signed or have no ce_id.
    static readonly Guid ContentNamespace = Guid.Parse("6f1f3c52-7f0b-5d4e-9a63-0d9c3f2b7a11");

    /// <param name="isSigned">Whether the signature is valid. If not, the id in the message proves nothing and is not used.</param>
    public async Task AddAsync(
        ConsumeResult<string, byte[]> message, string error, bool isSigned, CancellationToken cancellationToken)
    {
        const string Sql = """
            INSERT INTO dead_letters (event_id, topic, "partition", "offset", key, headers, data, error, signed)
            VALUES (@event, @topic, @partition, @offset, @key, @headers::jsonb, @data, @error, @signed)
            ON CONFLICT (event_id) DO UPDATE SET "partition" = excluded."partition", "offset" = excluded."offset", key = excluded.key,
                headers = excluded.headers, data = excluded.data, error = excluded.error, signed = excluded.signed
            WHERE dead_letters.replayed_at IS NULL
            """;
        await using var command = dataSource.CreateCommand(Sql)
            .With("event", isSigned ? IdOf(message.Message) : IdOfContent(message.Message))
            .With("topic", message.Topic)
            .With("partition", message.Partition.Value)
            .With("offset", message.Offset.Value)
            // Postgres' type text cannot hold NUL or half a surrogate pair. A key or an error text with one must not make this insert fail.
            .With("key", Text(message.Message.Key))
            .With("headers", Headers(message.Message))
            .With("data", message.Message.Value)
            .With("error", Text(error.Length <= MaxErrorLength ? error : error[..MaxErrorLength]))
            .With("signed", isSigned);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    static Guid IdOf(Message<string, byte[]> message) =>
        message.Headers is { } headers && headers.TryGetLastBytes("ce_id", out var bytes) && bytes is not null
        && Guid.TryParse(Encoding.UTF8.GetString(bytes), out var id)
            ? id
            : IdOfContent(message);

    static Guid IdOfContent(Message<string, byte[]> message) =>
        NameBasedGuid.Create(ContentNamespace, [.. Encoding.UTF8.GetBytes(message.Key ?? ""), .. message.Value ?? []]);

    static string Headers(Message<string, byte[]> message) =>
        JsonSerializer.Serialize(
            (message.Headers ?? []).GroupBy(header => Text(header.Key)!).ToDictionary(
                group => group.Key,
                group => Text(Encoding.UTF8.GetString(group.Last().GetValueBytes() ?? []))!),
            DeadLetterJson.Default.DictionaryStringString);

    static string? Text(string? value) =>
        value is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(value)).Replace('\0', '\uFFFD');
}
