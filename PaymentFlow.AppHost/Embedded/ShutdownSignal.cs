using System.Runtime.InteropServices;

namespace PaymentFlow.AppHost.Embedded;

/// <summary>Ctrl+C and SIGTERM, as a token. The children are in sessions of their own, so the terminal's Ctrl+C reaches only us.</summary>
sealed class ShutdownSignal : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly PosixSignalRegistration[] _registrations;

    public ShutdownSignal() =>
        _registrations = [.. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]).Select(signal =>
            PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                _source.Cancel();
            }))];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }
}
