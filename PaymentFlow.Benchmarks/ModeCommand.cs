using System.Globalization;
using Aspire.Hosting;
using PaymentFlow.Benchmarks.Charting;
using PaymentFlow.Benchmarks.Measuring;

namespace PaymentFlow.Benchmarks;

/// <summary>Runs a mode, and tells what it found. Exit code 0, 1 when it could not be measured, or 2 for bad arguments.</summary>
static class ModeCommand
{
    public static IReadOnlyDictionary<string, string> CommonOptions { get; } = new Dictionary<string, string>
    {
        ["repeats"] = "3",
        ["warm-up"] = "40",
        ["telemetry"] = "on",
        ["kafka"] = "",
        // Of the in-process broker's consumers; empty for what the app host sets.
        ["fetch-wait-ms"] = "",
        // What a change of settings is worth, without a change of code.
        ["env"] = "",
        ["npgsql"] = "",
        ["json"] = "",
        ["charts"] = "",
    };

    public static string Usage(Mode mode) =>
        $"dotnet run -c Release --project PaymentFlow.Benchmarks -- {mode.Name} "
        + string.Join(' ', OptionsOf(mode).Select(option => $"[--{option.Key} {Placeholder(option)}]"))
        + $"\n         {mode.Summary}";

    /// <summary>A mode may have another value for what is common to all.</summary>
    static IEnumerable<KeyValuePair<string, string>> OptionsOf(Mode mode) => mode.Options.UnionBy(CommonOptions, option => option.Key);

    static string Placeholder(KeyValuePair<string, string> option) => option switch
    {
        { Key: "json" } => "FILE",
        { Key: "charts" } => "FOLDER",
        { Key: "kafka" } => "HOST:PORT",
        { Key: "fetch-wait-ms" } => "1",
        { Key: "env" } => "\"NAME=VALUE;NAME=VALUE\"",
        { Key: "npgsql" } => "\"Max Auto Prepare=50\"",
        _ => option.Value,
    };

    public static async Task<int> RunAsync(Mode mode, string[] args)
    {
        // Figures look the same wherever they are measured.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        if (args is ["--help", ..])
        {
            Console.WriteLine(Usage(mode));
            return 0;
        }
        try
        {
            var options = Options.Parse(args, OptionsOf(mode).ToDictionary());
            var (json, charts) = (options["json"], options["charts"]);
            // Before the minutes of measuring, not after them.
            if (json.Length > 0 && Path.GetDirectoryName(Path.GetFullPath(json)) is { } folder && !Directory.Exists(folder))
                throw new OptionException($"--json: the folder {folder} does not exist; create it, or name another file.");
            var report = await mode.MeasureAsync(options);
            ReportTable.Write(report);
            if (json.Length > 0) await JsonReport.WriteAsync(report, json);
            if (charts.Length > 0) Charts.Save(report, charts);
            return 0;
        }
        catch (OptionException e)
        {
            Console.Error.WriteLine($"{e.Message} All of them: `{mode.Name} --help`.");
            return 2;
        }
        catch (DistributedApplicationException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }
}
