using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Components.Server.Circuits;
using PaymentFlow.Messaging.Telemetry;

namespace PaymentFlow.Web.Circuits;

/// <summary>Counts open circuits, and raises <see cref="Reconnected"/> when the browser is back after a lost connection.</summary>
public sealed class CircuitWatch : CircuitHandler
{
    static readonly UpDownCounter<long> OpenCircuits = PaymentFlowTelemetry.Meter.CreateUpDownCounter<long>(
        "paymentflow.circuits", "{circuit}", "Blazor circuits that are open");

    bool _connectedBefore;

    /// <summary>Raised outside the renderer's synchronization context.</summary>
    public event Action? Reconnected;

    public override Task OnCircuitOpenedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        OpenCircuits.Add(1);
        return Task.CompletedTask;
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        OpenCircuits.Add(-1);
        return Task.CompletedTask;
    }

    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (_connectedBefore) Reconnected?.Invoke();
        _connectedBefore = true;
        return Task.CompletedTask;
    }
}

static class CircuitsRegistration
{
    public static void AddCircuits(this IHostApplicationBuilder builder)
    {
        builder.AddCircuitLimits();
        builder.Services.AddScoped<CircuitWatch>();
        builder.Services.AddScoped<CircuitHandler>(services => services.GetRequiredService<CircuitWatch>());
    }
}
