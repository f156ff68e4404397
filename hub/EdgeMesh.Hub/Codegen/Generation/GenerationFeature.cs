using System;
using System.Linq;
using System.Net.Http;
using System.Threading;
using EdgeMesh.Hub.Codegen.Generation.Models;
using EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;
using EdgeMesh.Hub.Codegen.Generation.Models.Privacy;
using EdgeMesh.Hub.Configuration;
using EdgeMesh.Hub.Operations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Codegen.Generation;

/// <summary>Registers the feature.</summary>
public static class GenerationFeature
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <summary>Writers of programs: templates, and a model where one is configured; behind the gates.</summary>
    public static IServiceCollection AddGeneration(this IServiceCollection services)
    {
        services.AddSettings<ModelOptions>(ModelOptions.Section);
        return services.AddSingleton<IValidateOptions<ModelOptions>, Validation>().AddSingleton<ProgramGates>()
            .AddSingleton<ModelBudget>().AddSingleton<PrivateNames>().AddSingleton(Router)
            .AddSingleton(provider => new ModelGenerator(
                provider.GetRequiredService<ModelRouter>(), provider.GetRequiredService<ProgramGates>(), () => provider.GetRequiredService<PrivateNames>().Now,
                provider.GetRequiredService<IOptions<ModelOptions>>()))
            .AddSingleton<IProgramGenerator, HybridGenerator>().AddSingleton<IOperationSource, ModelOperations>();
    }

    private static ModelRouter Router(IServiceProvider services)
    {
        IOptions<ModelOptions> options = services.GetRequiredService<IOptions<ModelOptions>>();
        ModelBudget budget = services.GetRequiredService<ModelBudget>();
        TimeProvider time = services.GetRequiredService<TimeProvider>();
        return new ModelRouter(Endpoint("local", options.Value.Local, options.Value, budget, time), Endpoint("cloud", options.Value.Cloud, options.Value, budget, time), options);
    }

    /// <summary>An endpoint over HTTP; null where none is configured.</summary>
    internal static ModelEndpoint? Endpoint(string name, ModelEndpointOptions endpoint, ModelOptions options, ModelBudget budget, TimeProvider time)
    {
        if (endpoint.Address is null)
        {
            return null;
        }

        // Not redirected: key and question are for this server alone. It lives as long as the hub.
        SocketsHttpHandler handler = new() { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = ConnectLimit, PooledConnectionLifetime = TimeSpan.FromMinutes(10) };
        HttpClient http = new(handler) { Timeout = Timeout.InfiniteTimeSpan };
        CircuitBreaker breaker = new(options.FailuresMax, TimeSpan.FromSeconds(options.PauseS), time);
        return new ModelEndpoint(name, endpoint, new OpenAiChatClient(http, endpoint), breaker, budget, time);
    }

    private sealed class Validation : IValidateOptions<ModelOptions>
    {
        public ValidateOptionsResult Validate(string? name, ModelOptions options) =>
            options.Problems().ToArray() is { Length: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
