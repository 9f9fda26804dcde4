"""Optuna looks for machines, and `swg serve --stdio` says what they do.

    python3 examples/search_optuna.py TRACE.safetensors [TRIALS]

Needs optuna (Debian: python3-optuna) and Node; runs in a clone of the repository or beside an installed swg-sim. Prints the
front: the trials that no other beats in both cycles and area.
"""

import json
import pathlib
import subprocess
import sys

import optuna

HERE = pathlib.Path(__file__).resolve().parent
SWG = ["node", str(HERE.parent / "dist" / "cli" / "main.js")]
SPACE = {
    "swg.columns": [4, 8, 12, 16, 24, 32],
    "swg.rows": [2, 4, 8, 16],
    "swg.globalBufferKib": [40, 80, 160],
    "swg.chunks": [2, 3, 4],
    "swg.listPorts": [1, 2, 4],
}
OBJECTIVES = ["cycles", "areaMm2"]
AT_ONCE = 4


def main(trace: str, trials: int) -> None:
    options = ["--trace", trace, "--accelerators", "swg", "--objectives", ",".join(OBJECTIVES)]
    server = subprocess.Popen(
        [*SWG, "serve", "--stdio", *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        directions=["minimize"] * len(OBJECTIVES), sampler=optuna.samplers.NSGAIISampler(seed=1, population_size=16)
    )
    asked: dict[int, optuna.Trial] = {}
    for done in range(trials):
        while len(asked) < AT_ONCE and done + len(asked) < trials:
            trial = study.ask()
            values = {name: trial.suggest_categorical(name, choices) for name, choices in SPACE.items()}
            server.stdin.write(json.dumps({"id": trial.number, "values": values}) + "\n")
            server.stdin.flush()
            asked[trial.number] = trial
        line = server.stdout.readline()
        if not line:
            sys.exit(server.wait() or 1)
        answer = json.loads(line)
        trial = asked.pop(answer["id"])
        if "error" in answer:
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        else:
            study.tell(trial, [answer["objectives"][name] for name in OBJECTIVES])
    server.stdin.close()
    server.wait()
    for best in sorted(study.best_trials, key=lambda one: one.values):
        print(*(f"{name} {value:.6g}" for name, value in zip(OBJECTIVES, best.values)), best.params)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 64)
