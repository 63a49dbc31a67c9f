using PaymentFlow.StripeSandbox.Ledger;

namespace PaymentFlow.StripeSandbox.AfterEffects;

/// <summary>Lets each after-effect happen <c>Sandbox:AfterEffectsDelay</c> after its cause, or after the start that found it undone.</summary>
internal sealed partial class AfterEffectRunner(
    SandboxOptions options, AfterEffectQueue effects, Books books, TimeProvider time, ILogger<AfterEffectRunner> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        foreach (var slot in books.State.Intents.Snapshot()) effects.Enqueue(slot.Current);
        await foreach (var effect in effects.Reader.ReadAllAsync(stopping)) _ = RunAsync(effect, stopping);
    }

    async Task RunAsync(AfterEffect effect, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(options.AfterEffectsDelay, time, stopping);
            effects.Forget(effect);
            await books.HappenAsync(effect.PaymentIntent, intent => AfterEffectQueue.Decide(intent, effect, books.Now()));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Not lost: the next start finds it in the books.
        }
        catch (Exception failure)
        {
            Log.Failed(log, failure, effect.Subject);
        }
    }

    static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "What was to happen to {Subject} failed; the next start tries again")]
        public static partial void Failed(ILogger logger, Exception failure, string subject);
    }
}
