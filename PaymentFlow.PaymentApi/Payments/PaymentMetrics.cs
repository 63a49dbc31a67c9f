using System.Diagnostics.Metrics;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.PaymentApi.Payments;

/// <summary>Payments by outcome.</summary>
public sealed class PaymentMetrics
{
    readonly Counter<long> _payments =
        PaymentFlowTelemetry.Meter.CreateCounter<long>("paymentflow.payments", "{payment}", "Payments by the status that they reached");

    public void Settled(Payment payment) =>
        _payments.Add(1, new("status", payment.Status), new("currency", payment.Currency));
}
