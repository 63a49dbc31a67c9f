using Npgsql;
using NpgsqlTypes;

namespace PaymentFlow.Persistence.Audit;

/// <summary>
/// The table <c>operator_actions</c>. Record before acting: a record without an action can be investigated; an unrecorded action
/// cannot. A trigger refuses every change of a row, and its deletion within a year.
/// </summary>
public sealed class OperatorActionStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    public async Task RecordAsync(OperatorAction action, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "INSERT INTO operator_actions (id, actor, action, target, details, at, address) VALUES ($1, $2, $3, $4, $5, $6, $7)");
        command.Parameters.Add(new() { Value = Guid.CreateVersion7() });
        command.Parameters.Add(new() { Value = action.Actor.Name });
        command.Parameters.Add(new() { Value = action.Action });
        command.Parameters.Add(new() { Value = action.Target });
        command.Parameters.Add(new() { Value = action.Details ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new() { Value = time.GetUtcNow().UtcDateTime });
        command.Parameters.Add(new() { Value = action.Actor.Address ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Inet });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads the newest actions, newest first.</summary>
    /// <param name="limit">The maximum number of actions.</param>
    public async Task<IReadOnlyList<RecordedAction>> NewestAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT id, actor, host(address), action, target, details::text, at FROM operator_actions ORDER BY at DESC, id DESC LIMIT $1");
        command.Parameters.Add(new() { Value = limit });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        List<RecordedAction> actions = [];
        while (await row.ReadAsync(cancellationToken))
        {
            actions.Add(new RecordedAction(row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2), row.GetString(3),
                row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5), row.GetDateTime(6)));
        }
        return actions;
    }
}
