using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace PaymentFlow.StripeSandbox.Protocol;

/// <summary>One authenticated call, with its parameters as Stripe's clients send them (form fields with brackets).</summary>
/// <param name="Endpoint">The path. An idempotency key is valid for one endpoint only.</param>
/// <param name="Id">The id in the path, or empty.</param>
/// <param name="Origin">The sandbox's URL as the caller used it. The customer's browser gets links to the same URL.</param>
sealed record StripeCall(string RequestId, string Endpoint, string Id, string? IdempotencyKey, Uri Origin, Form Form)
{
    /// <summary>
    /// The error of a planned fault, or null. The call is executed, but this error is returned and stored for its idempotency key.
    /// </summary>
    public StripeError? FailsWith { get; init; }

    /// <summary>The same call with a payment method that the bank declines.</summary>
    public StripeCall Declined() => this with
    {
        // The idempotency key is compared with the parameters as the client sent them.
        _sent = Fingerprint(),
        Form = new(Form.Fields.Where(field => field.Key != "payment_method").Append(new("payment_method", "pm_card_chargeDeclined"))),
    };

    string? _sent;

    /// <summary>A hash of the parameters that does not depend on their order.</summary>
    public string Fingerprint()
    {
        if (_sent is not null) return _sent;
        var text = new StringBuilder(256);
        foreach (var (name, values) in Form.Fields.OrderBy(f => f.Key, StringComparer.Ordinal))
            foreach (var value in values)
                text.Append(name).Append('\u001f').Append(value).Append('\u001e');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }

    public Expand Expand()
    {
        var expand = Protocol.Expand.None;
        foreach (var (name, values) in Form.Fields)
        {
            if (!name.StartsWith("expand[", StringComparison.Ordinal)) continue;
            foreach (var value in values)
                expand |= (value?.StartsWith("data.", StringComparison.Ordinal) == true ? value[5..] : value) switch
                {
                    "latest_charge" => Protocol.Expand.LatestCharge,
                    "latest_charge.refunds" => Protocol.Expand.LatestCharge | Protocol.Expand.Refunds,
                    "payment_method" => Protocol.Expand.PaymentMethod,
                    "charge" => Protocol.Expand.Charge,
                    "payment_intent" => Protocol.Expand.PaymentIntent,
                    "refunds" => Protocol.Expand.Refunds,
                    _ => Protocol.Expand.None,
                };
        }
        return expand;
    }
}

/// <summary>The objects that <c>expand[]</c> includes in full instead of as an id. Other values are ignored.</summary>
[Flags]
enum Expand
{
    None = 0,
    LatestCharge = 1,
    PaymentMethod = 2,
    Charge = 4,
    PaymentIntent = 8,
    Refunds = 16,
}

/// <summary>Reads form fields as typed values. A field that cannot be read is refused with Stripe's error for it.</summary>
sealed class Form(IEnumerable<KeyValuePair<string, StringValues>> fields)
{
    readonly Dictionary<string, StringValues> _fields = new(fields, StringComparer.Ordinal);

    public IReadOnlyDictionary<string, StringValues> Fields => _fields;

    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>The field's value, the last one if the parameter is repeated. Null when it is absent or empty.</summary>
    public string? Text(string name) => _fields.TryGetValue(name, out var values) && values is [.., { Length: > 0 } last] ? last : null;

    public bool Flag(string name) => Text(name) switch
    {
        null or "false" => false,
        "true" => true,
        var other => throw new RequestRefusedException(StripeError.Invalid($"Invalid boolean: {other}", param: name)),
    };

    public long? Integer(string name) => Text(name) switch
    {
        null => null,
        var text when long.TryParse(text, System.Globalization.NumberStyles.AllowLeadingSign, null, out var value) => value,
        var text => throw new RequestRefusedException(StripeError.Invalid($"Invalid integer: {text}", "parameter_invalid_integer", name)),
    };

    public string? OneOf(string name, params ReadOnlySpan<string> allowed)
    {
        if (Text(name) is not { } text) return null;
        if (allowed.Contains(text)) return text;
        throw new RequestRefusedException(StripeError.Invalid(
            $"Invalid {name}: must be one of {string.Join(", ", allowed!)}", "parameter_invalid_enum", name));
    }

    /// <summary>The values of <c>name[0]</c>, <c>name[1]</c> … or <c>name[]</c>.</summary>
    public IReadOnlyList<string> List(string name) =>
        [.. Nested(name).SelectMany(f => f.Value.ToArray()).OfType<string>()];

    /// <summary>The fields <c>name[key]</c>, by key. Empty values are included, because they remove a key.</summary>
    public IEnumerable<KeyValuePair<string, StringValues>> Nested(string name)
    {
        foreach (var (field, values) in _fields)
            if (field.Length > name.Length + 1 && field[name.Length] == '[' && field[^1] == ']'
                && field.StartsWith(name, StringComparison.Ordinal))
                yield return new(field[(name.Length + 1)..^1], values);
    }

    /// <summary>Refuses parameters that the endpoint does not have, so that a misspelled one is not ignored silently.</summary>
    public void Allow(IReadOnlySet<string> names)
    {
        foreach (var field in _fields.Keys)
        {
            var bracket = field.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? field : field[..bracket];
            if (!names.Contains(name))
                throw new RequestRefusedException(StripeError.Invalid($"Received unknown parameter: {name}", "parameter_unknown", name));
        }
    }
}
