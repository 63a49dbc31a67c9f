using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Lists;

/// <summary>
/// <see href="https://docs.stripe.com/api/pagination">Stripe's pagination</see>, newest first. <c>limit</c> is 1 to 100 (default 10).
/// <c>starting_after</c> returns older objects, <c>ending_before</c> newer ones. <c>created</c> is exact, or a range with <c>gt</c>,
/// <c>gte</c>, <c>lt</c>, <c>lte</c>.
/// </summary>
sealed record ListQuery(int Limit, string? StartingAfter, string? EndingBefore, Func<long, bool> Created)
{
    static readonly string[] Names = ["created", "ending_before", "expand", "limit", "starting_after"];

    /// <param name="others">The names of the endpoint's own parameters.</param>
    /// <exception cref="RequestRefusedException">A parameter is invalid or unknown.</exception>
    public static ListQuery Read(Form form, params IEnumerable<string> others)
    {
        form.Allow(Names.Concat(others).ToHashSet(StringComparer.Ordinal));
        var (after, before) = (form.Text("starting_after"), form.Text("ending_before"));
        if (after is not null && before is not null)
            throw new RequestRefusedException(StripeError.Invalid(
                "You can only specify one of these parameters: ending_before, starting_after."));
        return new(ReadLimit(form), after, before, ReadCreated(form));
    }

    public static int ReadLimit(Form form) => form.Integer("limit") switch
    {
        null => 10,
        < 1 => throw new RequestRefusedException(StripeError.Invalid(
            "This value must be greater than or equal to 1.", "parameter_invalid_integer", "limit")),
        > 100 => throw new RequestRefusedException(StripeError.Invalid(
            "This value must be less than or equal to 100.", "parameter_invalid_integer", "limit")),
        var limit => (int)limit,
    };

    /// <summary>The requested page of the objects that fit.</summary>
    /// <exception cref="RequestRefusedException">The cursor is not the id of an object in the register.</exception>
    public StripeList Page<T>(
        OrderedIndex<T> register, string url, string kind, Func<T, bool> fits, Func<T, IStripeObject> view) where T : class
    {
        var newer = EndingBefore is not null;
        var cursor = EndingBefore ?? StartingAfter;
        var found = register.Walk(cursor, newer, Limit + 1, fits)
            ?? throw new RequestRefusedException(
                StripeError.NoSuch(kind, cursor!, newer ? "ending_before" : "starting_after", status: 400));
        var page = found.Take(Limit);
        return new(url, [.. (newer ? page.Reverse() : page).Select(view)], found.Count > Limit);
    }

    static Func<long, bool> ReadCreated(Form form)
    {
        var (exact, above, from, below, to) = (form.Integer("created"), form.Integer("created[gt]"), form.Integer("created[gte]"),
            form.Integer("created[lt]"), form.Integer("created[lte]"));
        return created => (exact is null || created == exact) && (above is null || created > above) && (from is null || created >= from)
            && (below is null || created < below) && (to is null || created <= to);
    }
}
