using Npgsql;
using NpgsqlTypes;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.Persistence.Audit;

/// <summary>
/// The table <c>operator_actions</c>. Record before acting: a record without an action can be investigated; an unrecorded action
/// cannot. Rows are never changed or deleted.
/// </summary>
public sealed class OperatorActionStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    public async Task RecordAsync(OperatorAction action, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "INSERT INTO operator_actions (id, actor, action, target, details, at) VALUES ($1, $2, $3, $4, $5, $6)");
        command.With(Guid.CreateVersion7());
        command.With(action.Actor);
        command.With(action.Action);
        command.With(action.Target);
        command.Parameters.Add(new() { Value = action.Details ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.With(time.GetUtcNow().UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads the newest actions, newest first.</summary>
    /// <param name="limit">The maximum number of actions.</param>
    public async Task<IReadOnlyList<RecordedAction>> NewestAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT id, actor, action, target, details::text, at FROM operator_actions ORDER BY at DESC, id DESC LIMIT $1");
        command.With(limit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        List<RecordedAction> actions = [];
        while (await row.ReadAsync(cancellationToken))
        {
            actions.Add(new RecordedAction(row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetString(3),
                row.IsDBNull(4) ? null : row.GetString(4), row.GetDateTime(5)));
        }
        return actions;
    }
}
