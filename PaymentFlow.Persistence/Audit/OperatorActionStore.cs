using Npgsql;
using PaymentFlow.Persistence.Database;

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
            """
            INSERT INTO operator_actions (id, actor, address, action, target, details, at)
            VALUES (@id, @actor, @address, @action, @target, @details::jsonb, @at)
            """)
            .With("id", Guid.CreateVersion7())
            .With("actor", action.Actor.Name)
            .With("address", action.Actor.Address)
            .With("action", action.Action)
            .With("target", action.Target)
            .With("details", action.Details)
            .With("at", time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads the newest actions, newest first.</summary>
    /// <param name="limit">The maximum number of actions.</param>
    public async Task<IReadOnlyList<RecordedAction>> NewestAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(
            "SELECT id, actor, host(address), action, target, details::text, at FROM operator_actions ORDER BY at DESC, id DESC LIMIT $1")
            .With(limit);
        return await command.ListAsync(row => new RecordedAction(
            row.GetGuid(0), row.GetString(1), row.Text(2), row.GetString(3), row.GetString(4), row.Text(5), row.GetDateTime(6)),
            cancellationToken);
    }
}
