using System.Runtime.CompilerServices;
using Npgsql;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.Persistence.Audit;

/// <summary>
/// The table <c>operator_actions</c>. Record before acting: a record without an action can be investigated; an unrecorded action
/// cannot. A trigger refuses every change of a row, and its deletion within a year.
/// </summary>
public sealed class OperatorActionStore(NpgsqlDataSource dataSource, TimeProvider time)
{
    const int ReadAtOnce = 500;

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

    /// <summary>Reads the actions that match, newest first.</summary>
    /// <param name="after">The id of the last action that was read before; null to begin with the newest.</param>
    /// <param name="limit">The maximum number of actions.</param>
    public async Task<IReadOnlyList<RecordedAction>> ListAsync(
        OperatorActionFilter filter, Guid? after, int limit, CancellationToken cancellationToken)
    {
        // Uses the index on the time, or for a target the one on the target.
        const string Sql = """
            SELECT id, actor, host(address), action, target, details::text, at FROM operator_actions
            WHERE (@actor IS NULL OR strpos(lower(actor), lower(@actor)) > 0)
                AND (@action IS NULL OR action = @action)
                AND (@target IS NULL OR target = @target)
                AND (@from IS NULL OR at >= @from)
                AND (@to IS NULL OR at < @to)
                AND (@after IS NULL OR (at, id) < (SELECT last.at, last.id FROM operator_actions last WHERE last.id = @after))
            ORDER BY at DESC, id DESC LIMIT @limit
            """;
        await using var command = dataSource.CreateCommand(Sql)
            .With("actor", filter.Actor).With("action", filter.Action).With("target", filter.Target)
            .With("from", filter.From?.ToUniversalTime()).With("to", filter.To?.ToUniversalTime())
            .With("after", after).With("limit", limit);
        return await command.ListAsync(row => new RecordedAction(
            row.GetGuid(0), row.GetString(1), row.Text(2), row.GetString(3), row.GetString(4), row.Text(5), row.GetDateTime(6)),
            cancellationToken);
    }

    /// <summary>All actions that match, newest first. Reads them in parts, so that a slow reader holds no connection.</summary>
    public async IAsyncEnumerable<RecordedAction> AllAsync(
        OperatorActionFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Guid? after = null;
        while (await ListAsync(filter, after, ReadAtOnce, cancellationToken) is { Count: > 0 } part)
        {
            foreach (var action in part) yield return action;
            after = part[^1].Id;
        }
    }
}
