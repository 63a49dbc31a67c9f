using System.Globalization;

namespace PaymentFlow.Tests.Integration.Access;

/// <summary>The access rules: each call of the APIs, and the status that each kind of caller gets.</summary>
static class AccessMatrix
{
    /// <summary>
    /// One line per call of the OpenAPI documents, and then the other addresses. A remark in parentheses distinguishes requests of one
    /// call. Any status other than 401, 403 and 404 means that the caller was let in. The columns:
    /// <list type="bullet">
    /// <item>nobody: no token and no key</item>
    /// <item>malformed: an <c>Authorization</c> header that has no token</item>
    /// <item>another: the secret of another order, and a key as a token</item>
    /// <item>own: the secret of this order</item>
    /// <item>merchant, operator, viewer, service: the key of that role</item>
    /// <item>wrong: a wrong key of each role, and each key in the header of another role</item>
    /// <item>own+w: this order's secret beside a wrong operator key</item>
    /// <item>an.+op, an.+se: the secret of another order beside the right operator or service key</item>
    /// </list>
    /// </summary>
    const string Table = """
        order-service                              nobody malformed another own  merchant operator viewer service wrong  own+w an.+op an.+se
        GET  /products                               200     200      200   200     200      200    200     200    200    200    200    200
        POST /orders                                 201     201      201   201     201      201    201     201    201    201    201    201
        POST /orders (an amount)                     401     401      401   401     201      401    401     401    401    401    401    401
        GET  /orders                                 401     401      401   401     200      401    401     401    401    401    401    401
        GET  /orders/{id}                            401     401      404   200     401      200    200     200    401    200    404    404
        GET  /orders/{id}/live                       401     401      404   101     401      101    101     101    401    101    404    404
        GET  /orders/{id}/live (a page of ours)      401     401      404   101     401      101    101     101    401    101    404    404
        GET  /orders/{id}/live (another site's page) 401     401      404   403     401      403    403     403    401    403    404    404
        GET  /orders/{id}/events                     401     401      404   200     401      200    200     200    401    200    404    404
        POST /orders/{id}/cancel                     401     401      404   200     401      200    403     401    401    200    404    404
        POST /orders/{id}/checkout-link              401     401      401   401     200      401    401     401    401    401    401    401
        POST /orders/checkout-sessions               401     401      401   401     401      401    401     200    401    401    401    200
        POST /orders/versions                        401     401      401   401     401      401    401     200    401    401    401    200
        GET  /orders/changes                         401     401      401   401     401      401    401     200    401    401    401    200
        POST /orders/newer                           401     401      401   401     401      401    401     200    401    401    401    200
        POST /orders/pushes                          401     401      401   401     401      401    401     204    401    401    401    204
        GET  /orders/{id}/personal-data              401     401      401   401     401      200    403     401    401    401    200    401
        DELETE /orders/{id}/personal-data            401     401      401   401     401      204    403     401    401    401    204    401
        GET  /orders/{id}/notes                      401     401      401   401     401      200    200     401    401    401    200    401
        POST /orders/{id}/notes                      401     401      401   401     401      201    403     401    401    401    201    401
        GET  /orders/{id}/journey                    401     401      401   401     401      200    200     401    401    401    200    401
        GET  /orders/journey                         401     401      401   401     401      200    200     401    401    401    200    401
        GET  /dead-letters                           401     401      401   401     401      200    200     401    401    401    200    401
        POST /dead-letters/replay                    401     401      401   401     401      200    403     401    401    401    200    401
        POST /dead-letters/{id}/replay               401     401      401   401     401      404    403     401    401    401    404    401
        GET  /operator-actions                       401     401      401   401     401      200    200     401    401    401    200    401
        GET  /operator-actions/export                401     401      401   401     401      200    200     401    401    401    200    401
        GET  /attention                              401     401      401   401     401      200    200     401    401    401    200    401
        POST /operator-actions                       401     401      401   401     401      401    401     204    401    401    401    204
        GET  /statistics                             401     401      401   401     401      200    200     200    401    401    200    200
        GET  /statistics/screens                     401     401      401   401     401      200    200     401    401    401    200    401
        POST /webhook-endpoints                      401     401      401   401     422      401    401     401    401    401    401    401
        GET  /webhook-endpoints                      401     401      401   401     200      200    200     401    401    401    200    401
        GET  /webhook-endpoints/{id}                 401     401      401   401     404      404    404     401    401    401    404    401
        PATCH /webhook-endpoints/{id}                401     401      401   401     404      401    401     401    401    401    401    401
        DELETE /webhook-endpoints/{id}               401     401      401   401     404      401    401     401    401    401    401    401
        POST /webhook-endpoints/{id}/test            401     401      401   401     404      401    401     401    401    401    401    401
        POST /webhook-endpoints/{id}/rotate-secret   401     401      401   401     404      401    401     401    401    401    401    401
        GET  /webhook-deliveries                     401     401      401   401     200      200    200     401    401    401    200    401
        POST /webhook-deliveries/{id}/redeliver      401     401      401   401     404      404    403     401    401    401    404    401

        payment-api                                nobody malformed another own  merchant operator viewer service wrong  own+w an.+op an.+se
        POST /payments                               401     401      404   200     401      401    401     401    401    200    404    404
        POST /process-payment                        401     401      404   200     401      401    401     401    401    200    404    404
        GET  /payments/{id}                          401     401      404   200     401      200    200     401    401    200    404    404
        POST /payments/{id}/cancel                   401     401      404   200     401      200    403     401    401    200    404    404
        POST /payments/cancel                        401     401      404   200     401      200    403     200    401    200    404    404
        POST /payments/{id}/refunds                  401     401      401   401     401      200    403     401    401    401    200    401
        GET  /payments/{id}/personal-data            401     401      401   401     401      200    403     401    401    401    200    401
        DELETE /payments/{id}/personal-data          401     401      401   401     401      204    403     401    401    401    204    401
        GET  /payments/journey                       401     401      401   401     401      200    200     401    401    401    200    401
        GET  /payments                               401     401      401   401     401      200    200     401    401    401    200    401
        GET  /payments/export                        401     401      401   401     401      200    200     401    401    401    200    401
        GET  /operator-actions                       401     401      401   401     401      200    200     401    401    401    200    401
        GET  /operator-actions/export                401     401      401   401     401      200    200     401    401    401    200    401
        GET  /attention                              401     401      401   401     401      200    200     401    401    401    200    401
        GET  /statistics                             401     401      401   401     401      200    200     200    401    401    200    200
        GET  /statistics/payments                    401     401      401   401     401      200    200     401    401    401    200    401
        POST /stripe/webhooks                        400     400      400   400     400      400    400     400    400    400    400    400
        POST /stripe/webhooks (signed)               200     200      200   200     200      200    200     200    200    200    200    200

        order-service, not in its document         nobody malformed another own  merchant operator viewer service wrong  own+w an.+op an.+se
        GET  /health                                 200     200      200   200     200      200    200     200    200    200    200    200
        GET  /alive                                  200     200      200   200     200      200    200     200    200    200    200    200
        GET  /figures                                401     401      401   401     401      200    200     200    401    401    200    200
        GET  /metrics                                404     404      404   404     404      404    404     404    404    404    404    404
        GET  /openapi/v1.json                        200     200      200   200     200      200    200     200    200    200    200    200

        payment-api, not in its document           nobody malformed another own  merchant operator viewer service wrong  own+w an.+op an.+se
        GET  /health                                 200     200      200   200     200      200    200     200    200    200    200    200
        GET  /alive                                  200     200      200   200     200      200    200     200    200    200    200    200
        GET  /figures                                401     401      401   401     401      200    200     200    401    401    200    200
        GET  /metrics                                404     404      404   404     404      404    404     404    404    404    404    404
        GET  /openapi/v1.json                        200     200      200   200     200      200    200     200    200    200    200    200
        """;

    public static IReadOnlyList<AccessLine> Lines { get; } = [.. Read(Table)];

    static IEnumerable<AccessLine> Read(string table)
    {
        var service = "";
        var isDescribed = true;
        foreach (var line in table.Split('\n').Where(line => !string.IsNullOrWhiteSpace(line)))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] is not ("GET" or "POST" or "PUT" or "PATCH" or "DELETE"))
            {
                (service, isDescribed) = (words[0].TrimEnd(','), !words[0].EndsWith(','));
                continue;
            }
            var statuses = words[^Enum.GetValues<Caller>().Length..];
            var remark = string.Join(' ', words[2..^statuses.Length]);
            yield return new AccessLine(service, words[0], words[1], remark, isDescribed,
                [.. statuses.Select(status => int.Parse(status, CultureInfo.InvariantCulture))]);
        }
    }
}

/// <summary>The kinds of callers, in the order of the table's columns.</summary>
public enum Caller
{
    Nobody,
    Malformed,
    Another,
    Own,
    Merchant,
    Operator,
    Viewer,
    Service,
    Wrong,
    OwnAndWrongOperator,
    AnotherAndOperator,
    AnotherAndService,
}

/// <summary>A line of the table.</summary>
/// <param name="IsDescribed">Whether the call is in the service's OpenAPI document.</param>
/// <param name="Statuses">By <see cref="Caller"/>.</param>
sealed record AccessLine(string Service, string Method, string Path, string Remark, bool IsDescribed, IReadOnlyList<int> Statuses)
{
    /// <summary>As in <see cref="PaymentFlow.Testing.OpenApi.ApiCall.Name"/>.</summary>
    public string Call => $"{Service} {Method} {Path}";

    public string Name => Remark.Length == 0 ? Call : $"{Call} {Remark}";
}
