namespace PaymentFlow.Persistence.RollUps;

/// <summary>
/// How the rows of a table that only grows are added to a table of statistics by quarter of an hour, so that a report on a month reads
/// few rows. Whoever reads the statistics adds the rows from <c>roll_ups.up_to</c> on, in one statement, and so gets exact numbers.
/// </summary>
/// <param name="Name">The row of <c>roll_ups</c>, which a migration inserts.</param>
/// <param name="Sql">
/// Adds the rows whose time is at or after <c>$1</c> and before <c>$2</c>. The time must be that of the row's insertion by Postgres' clock.
/// </param>
public sealed record RollUpRule(string Name, string Sql);
