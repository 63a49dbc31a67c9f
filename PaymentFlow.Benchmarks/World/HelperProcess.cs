using System.Diagnostics;

namespace PaymentFlow.Benchmarks.World;

/// <summary>A second process of this program, in an internal mode, for parts that must not share a process with the load.</summary>
sealed class HelperProcess : IAsyncDisposable
{
    readonly Process _process;

    HelperProcess(Process process, string answer) => (_process, Answer) = (process, answer);

    public int Id => _process.Id;

    /// <summary>The first line of its output: its address.</summary>
    public string Answer { get; }

    /// <exception cref="InvalidOperationException">The process ended before it wrote a line.</exception>
    public static async Task<HelperProcess> StartAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var program = Environment.ProcessPath!;
        ProcessStartInfo command = new(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") command.ArgumentList.Add(typeof(HelperProcess).Assembly.Location);
        foreach (var argument in arguments) command.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) command.Environment[name] = value;
        // A helper reads its standard input to the end, so it ends when this process ends.
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

    /// <summary>Writes a line to the helper's input and waits for a line of its output.</summary>
    public async Task AskAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        _ = await _process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException($"The helper process ended instead of doing '{line}'.");
    }

    /// <summary>For the helper: returns when its parent process has ended.</summary>
    public static Task ParentEndsAsync() => Console.In.ReadToEndAsync();

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
