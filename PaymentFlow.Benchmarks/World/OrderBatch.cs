namespace PaymentFlow.Benchmarks.World;

/// <summary>Orders that are written with SQL. Ids and secrets are computed from the order's number, so they need not be stored.</summary>
/// <param name="Number">The batch's unique number.</param>
readonly record struct OrderBatch(int Number, int Count)
{
    /// <summary>The lowest and the highest id.</summary>
    public (Guid First, Guid Last) Range => (IdOf(0), IdOf(Count - 1));

    public Guid IdOf(int order) => Guid.Parse($"{Number:x8}-0000-7000-8000-{order:x12}");

    /// <summary>The client secret. The order's row contains its hash.</summary>
    public string SecretOf(int order) => $"benchmark-{Number:x8}-{order:x12}";

    /// <summary>A SQL expression for the id, where <c>i</c> is the order's number from <see cref="SeriesSql"/>.</summary>
    public string IdSql => $"('{Number:x8}-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid";

    public string SecretSql => $"'benchmark-{Number:x8}-' || lpad(to_hex(i), 12, '0')";

    public string SeriesSql => $"generate_series(0, {Count - 1}) AS i";
}
