using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace PaymentFlow.Benchmarks.Fanout;

/// <summary>
/// Forces full garbage collections in another process through the runtime's diagnostics, so that its resident memory is what it
/// really uses, without garbage and without free memory.
/// </summary>
static class ForcedCollection
{
    const string Runtime = "Microsoft-Windows-DotNETRuntime";
    const long CollectHeap = 0x800000;
    // The runtime returns free memory to the system only after many collections.
    const int Collections = 25;
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public static async Task InAsync(int processId)
    {
        for (var i = 0; i < Collections; i++)
        {
            using var session = await new DiagnosticsClient(processId).StartEventPipeSessionAsync(
                [new EventPipeProvider(Runtime, EventLevel.Informational, CollectHeap)], requestRundown: false, circularBufferMB: 1,
                CancellationToken.None);
            var reading = session.EventStream.CopyToAsync(Stream.Null);
            // Starting the session triggers the collection. StopAsync returns when the collection is done.
            await Task.Delay(Pause);
            await session.StopAsync(CancellationToken.None).WaitAsync(Timeout);
            await reading.WaitAsync(Timeout);
        }
    }
}
