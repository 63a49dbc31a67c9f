namespace PaymentFlow.Benchmarks.World;

/// <summary>Orders that were written by SQL, unpaid. Everything about one follows from its number, so nothing of them needs to be kept.</summary>
/// <param name="Number">A batch's own.</param>
readonly record struct OrderBatch(int Number, int Count)
{
    /// <summary>The least and the greatest id.</summary>
    public (Guid First, Guid Last) Range => (IdOf(0), IdOf(Count - 1));

    public Guid IdOf(int order) => Guid.Parse($"{Number:x8}-0000-7000-8000-{order:x12}");

    /// <summary>The client secret; the order's row has its hash.</summary>
    public string SecretOf(int order) => $"benchmark-{Number:x8}-{order:x12}";

    /// <summary>The same ids in SQL, for <c>generate_series</c>'s <c>i</c>.</summary>
    public string IdSql => $"('{Number:x8}-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid";

    public string SecretSql => $"'benchmark-{Number:x8}-' || lpad(to_hex(i), 12, '0')";

    public string SeriesSql => $"generate_series(0, {Count - 1}) AS i";
}
