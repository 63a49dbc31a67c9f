using Npgsql;
using OpenTelemetry;
using PaymentFlow.Persistence.Database;

namespace PaymentFlow.Persistence.Leases;

/// <summary>
/// Lets one replica at a time do a piece of work, by a row in the table <c>leases</c>. Only Postgres' clock counts, so the replicas' clocks
/// may differ. A replica that dies or stalls loses its lease when the time is up. See docs/decisions/0012-clocks-and-leases.md.
/// </summary>
/// <param name="name">The work's name, the same in every replica.</param>
public sealed class Lease(NpgsqlDataSource dataSource, string name)
{
    readonly Guid _me = Guid.CreateVersion7();

    /// <summary>Takes the lease, or renews it.</summary>
    /// <returns>False while another replica holds it.</returns>
    public async Task<bool> TryTakeAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        // Traces of this polling would hide the traces of payments.
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("""
            INSERT INTO leases AS l (name, holder, taken_at, held_until) VALUES ($1, $2, now(), now() + $3)
            ON CONFLICT (name) DO UPDATE SET holder = $2, held_until = now() + $3,
                taken_at = CASE WHEN l.holder = $2 AND l.held_until > now() THEN l.taken_at ELSE now() END
            WHERE l.holder = $2 OR l.held_until <= now()
            """).With(name).With(_me).With(length);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Ends the lease if this replica holds it, so that another one need not wait until it expires.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        using var untraced = SuppressInstrumentationScope.Begin();
        await using var command = dataSource.CreateCommand("UPDATE leases SET held_until = now() WHERE name = $1 AND holder = $2")
            .With(name).With(_me);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
