using System.Diagnostics;

namespace PaymentFlow.Benchmarks.Measuring;

/// <summary>
/// Requests at a steady rate, whether or not the earlier ones are answered: as independent customers come. Each is told when it was
/// meant to be sent, so that whoever measures from there counts the waiting of those that came late, too (no coordinated omission).
/// </summary>
static class OpenLoop
{
    /// <param name="send">Called on the loop's own thread with the request's number and its intended time, a <see cref="Stopwatch"/> timestamp.</param>
    /// <returns>When the last one is done. One that failed fails it.</returns>
    public static async Task RunAsync(double rate, int count, Func<int, long, Task> send)
    {
        var requests = new Task[count];
        await Task.Factory.StartNew(() =>
        {
            Schedule schedule = new(Stopwatch.GetTimestamp(), rate);
            for (var i = 0; i < count; i++)
            {
                var intended = schedule.At(i);
                Pacer.WaitUntil(intended);
                requests[i] = send(i, intended);
            }
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.WhenAll(requests);
    }
}
