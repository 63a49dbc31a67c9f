using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace PaymentFlow.Benchmarks.Fanout;

/// <summary>
/// Full garbage collections in another process, by the runtime's own diagnostics: what it holds is measured, not what it has not swept
/// yet, and not what is free.
/// </summary>
static class ForcedCollection
{
    const string Runtime = "Microsoft-Windows-DotNETRuntime";
    const long CollectHeap = 0x800000;
    // The runtime gives back what is free only after many: of 50 open pages 24 MB stayed committed after 2 of them, and 5 MB after 30.
    const int Collections = 25;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task InAsync(int processId)
    {
        for (var i = 0; i < Collections; i++)
        {
            using var session = await new DiagnosticsClient(processId).StartEventPipeSessionAsync(
                [new EventPipeProvider(Runtime, EventLevel.Informational, CollectHeap)], requestRundown: false, circularBufferMB: 1, CancellationToken.None);
            var reading = session.EventStream.CopyToAsync(Stream.Null);
            // The session's start is the order to collect; its stop is answered when that is done.
            await Task.Delay(Pause);
            await session.StopAsync(CancellationToken.None).WaitAsync(Patience);
            await reading.WaitAsync(Patience);
        }
    }
}
