namespace PaymentFlow.Web.Services;

static class ServiceCall
{
    /// <summary>Makes a call to a service. A failure to get an answer becomes a <see cref="ServiceUnavailableException"/>.</summary>
    public static async Task<T> ToAsync<T>(string service, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (ServiceUnavailableException.Is(e, cancellationToken))
        {
            throw new ServiceUnavailableException(service, e);
        }
    }
}
