namespace PaymentFlow.Testing.Fuzzing;

/// <summary>Finds the smallest request that still gets the same kind of wrong answer.</summary>
static class FuzzShrinker
{
    // A failure that depends on more is shown as it is then.
    const int MaxTries = 150;

    /// <param name="stillFails">Sends a request, and tells whether the answer has the same fault.</param>
    public static async Task<FuzzRequest> ShrinkAsync(FuzzRequest request, Func<FuzzRequest, Task<bool>> stillFails)
    {
        var tries = 0;
        for (var smaller = true; smaller;)
        {
            smaller = false;
            foreach (var candidate in Smaller(request))
            {
                if (tries++ == MaxTries) return request;
                if (!await stillFails(candidate)) continue;
                (request, smaller) = (candidate, true);
                break;
            }
        }
        return request;
    }

    static IEnumerable<FuzzRequest> Smaller(FuzzRequest request)
    {
        for (var i = 0; i < request.Headers.Count; i++)
            yield return request with { Headers = [.. request.Headers.Where((_, other) => other != i)] };
        if (request.Target.IndexOf('?', StringComparison.Ordinal) is > 0 and var start)
        {
            var parameters = request.Target[(start + 1)..].Split('&');
            for (var i = 0; i < parameters.Length; i++)
            {
                var rest = string.Join('&', parameters.Where((_, other) => other != i));
                yield return request with { Target = request.Target[..start] + (rest.Length == 0 ? "" : $"?{rest}") };
            }
        }
        if (request.Body is not { } body) yield break;
        yield return request with { Body = null };
        for (var length = body.Length / 2; length > 0; length /= 2)
            for (var at = 0; at + length <= body.Length; at += length)
                yield return request with { Body = [.. body[..at], .. body[(at + length)..]] };
    }
}
