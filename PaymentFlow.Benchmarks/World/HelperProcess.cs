using System.Diagnostics;

namespace PaymentFlow.Benchmarks.World;

/// <summary>This very program once more, in a hidden mode: what must not share a process with the load.</summary>
sealed class HelperProcess : IAsyncDisposable
{
    readonly Process _process;

    HelperProcess(Process process, string answer) => (_process, Answer) = (process, answer);

    public int Id => _process.Id;

    /// <summary>The first line that it wrote: where it can be reached.</summary>
    public string Answer { get; }

    /// <exception cref="InvalidOperationException">It ended before it wrote a line.</exception>
    public static async Task<HelperProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var program = Environment.ProcessPath!;
        ProcessStartInfo command = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") command.ArgumentList.Add(typeof(HelperProcess).Assembly.Location);
        foreach (var argument in arguments) command.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) command.Environment[name] = value;
        // A helper reads its input to the end, and so ends when this process does.
        command.RedirectStandardInput = true;
        var process = Process.Start(command)!;
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text) Console.Error.WriteLine($"{arguments[0]}: {text}");
        };
        process.BeginErrorReadLine();
        var answer = await process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"The helper process '{arguments[0]}' did not start.");
        return new HelperProcess(process, answer);
    }

    /// <summary>In a helper: returns when the process that started it has ended or has disposed of it.</summary>
    public static Task ParentEndsAsync() => Console.In.ReadToEndAsync();

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
