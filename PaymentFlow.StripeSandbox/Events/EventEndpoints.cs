using PaymentFlow.StripeSandbox.Api;
using PaymentFlow.StripeSandbox.Faults;
using PaymentFlow.StripeSandbox.Lists;
using PaymentFlow.StripeSandbox.Protocol;

namespace PaymentFlow.StripeSandbox.Events;

/// <summary><see href="https://docs.stripe.com/api/events"/></summary>
static class EventEndpoints
{
    const string Root = "/v1/events";
    const int MostTypes = 20;

    public static void MapEvents(this IEndpointRouteBuilder app)
    {
        var api = app.ServiceProvider.GetRequiredService<StripeApi>();
        var log = app.ServiceProvider.GetRequiredService<EventLog>();
        app.MapGet(Root, http => api.GetAsync(http, CallKind.List, call => List(log, call.Form)));
        app.MapGet(Root + "/{id}", http => api.GetAsync(http, CallKind.Retrieve, call => Get(log, call.Id)));
    }

    static StripeEvent Get(EventLog log, string id) => log.All.Find(id) is { } happened && log.IsListed(happened)
        ? log.Now(happened)
        : throw new RequestRefusedException(StripeError.NoSuch("event", id, "id", status: 404));

    static StripeList List(EventLog log, Form form)
    {
        var query = ListQuery.Read(form, "delivery_success", "type", "types");
        bool? delivered = form.Has("delivery_success") ? form.Flag("delivery_success") : null;
        var types = form.List("types");
        if (types.Count > MostTypes)
            throw new RequestRefusedException(StripeError.Invalid($"You can filter by up to {MostTypes} event types.", param: "types"));
        if (form.Text("type") is { } type)
        {
            if (types.Count > 0)
                throw new RequestRefusedException(StripeError.Invalid("You can only specify one of these parameters: type, types."));
            types = [type];
        }
        return query.Page(log.All, Root, "event",
            e => query.Created(e.Header.Created) && log.IsListed(e) && (types.Count == 0 || types.Any(t => Matches(t, e.Header.Type)))
                && (delivered is null || log.IsDelivered(e) == delivered),
            log.Now);
    }

    /// <summary>Stripe's API reference: "A string containing a specific event name, or group of events using * as a wildcard."</summary>
    static bool Matches(string pattern, string type) =>
        pattern == type || (pattern.EndsWith('*') && type.StartsWith(pattern[..^1], StringComparison.Ordinal));
}
