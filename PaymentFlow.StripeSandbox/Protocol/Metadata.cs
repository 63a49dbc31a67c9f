namespace PaymentFlow.StripeSandbox.Protocol;

/// <summary><see href="https://docs.stripe.com/api/metadata"/></summary>
static class Metadata
{
    public static IReadOnlyDictionary<string, string> Empty { get; } = new Dictionary<string, string>();

    /// <summary>
    /// The <paramref name="current"/> metadata with the call's changes. An empty value removes its key. An empty <c>metadata</c> removes
    /// all keys. Stripe's limits are 50 keys, names of up to 40 characters and values of up to 500.
    /// </summary>
    /// <exception cref="RequestRefusedException">A limit is exceeded.</exception>
    public static IReadOnlyDictionary<string, string> Read(Form form, IReadOnlyDictionary<string, string> current)
    {
        if (form.Has("metadata")) current = Empty;
        Dictionary<string, string>? changed = null;
        foreach (var (key, values) in form.Nested("metadata"))
        {
            changed ??= new(current);
            var value = values.LastOrDefault() ?? "";
            if (key.Length > 40)
                throw new RequestRefusedException(StripeError.Invalid(
                    $"Metadata keys must be under 40 characters long; '{key[..40]}…' is longer.", "parameter_invalid_string", "metadata"));
            if (value.Length > 500)
                throw new RequestRefusedException(StripeError.Invalid(
                    $"Metadata values can have up to 500 characters, but the value for '{key}' has {value.Length}.",
                    "parameter_invalid_string", $"metadata[{key}]"));
            if (value.Length == 0) changed.Remove(key);
            else changed[key] = value;
        }
        if (changed is { Count: > 50 })
            throw new RequestRefusedException(StripeError.Invalid("You can have up to 50 metadata keys.", "parameter_invalid", "metadata"));
        return changed ?? current;
    }
}
